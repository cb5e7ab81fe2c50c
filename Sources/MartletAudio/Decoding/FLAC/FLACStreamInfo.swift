/// What the metadata at the start of a FLAC file says about it.
///
/// **Source** RFC 9639, section 8.
struct FLACStreamInfo: Equatable {
    var sampleRate: Int
    var channels: Int
    var bitsPerSample: Int
    var maxBlockSize: Int
    /// Nil when the encoder did not know.
    var maxFrameBytes: Int?
    /// Nil when the encoder did not know.
    var frameCount: Int?
    /// Where the first frame lies in the file.
    var firstFrame: Int

    /// More blocks of metadata than anybody writes; a file of nothing else would keep us reading.
    private static let maxMetadataBlocks = 10_000

    /// Reads the metadata of a file whose "fLaC" mark is at `start`.
    init(_ bytes: any AudioBytes, start: Int) throws(AudioError) {
        let info = try bytes.bytes(at: start + 4, count: 4 + 34)
        guard info.count == 38, info[0] & 0x7F == 0, Self.length(info) >= 34 else {
            throw AudioError(.malformed, "FLAC: the file does not begin with a whole STREAMINFO block")
        }
        maxBlockSize = Int(info[6]) << 8 | Int(info[7])
        let frameBytes = Int(info[11]) << 16 | Int(info[12]) << 8 | Int(info[13])
        maxFrameBytes = frameBytes == 0 ? nil : frameBytes
        sampleRate = Int(info[14]) << 12 | Int(info[15]) << 4 | Int(info[16]) >> 4
        channels = Int(info[16]) >> 1 & 7 + 1
        bitsPerSample = (Int(info[16]) & 1) << 4 | Int(info[17]) >> 4 + 1
        let total = info[18..<22].reduce(Int(info[17]) & 15) { $0 << 8 | Int($1) }
        frameCount = total == 0 ? nil : total

        firstFrame = start + 4
        for _ in 0..<Self.maxMetadataBlocks {
            let header = try bytes.bytes(at: firstFrame, count: 4)
            guard header.count == 4 else { throw AudioError(.malformed, "FLAC: the file ends within its metadata") }
            firstFrame += 4 + Self.length(header)
            if header[0] & 0x80 != 0 { return }
        }
        throw AudioError(.malformed, "FLAC: more than \(Self.maxMetadataBlocks) blocks of metadata")
    }

    private static func length(_ header: [UInt8]) -> Int {
        Int(header[1]) << 16 | Int(header[2]) << 8 | Int(header[3])
    }
}
