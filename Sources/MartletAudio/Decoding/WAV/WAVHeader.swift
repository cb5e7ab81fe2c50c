/// What the chunks of a WAV file say about its samples.
///
/// **Source** Microsoft's "Multiple Channel Audio Data and WAVE Files"; EBU Tech 3306 and ITU-R BS.2088 (RF64, BW64).
struct WAVHeader: Equatable {
    var coding: SampleCoding
    var channels: Int
    var sampleRate: Int
    /// Bytes of one frame.
    var blockAlign: Int
    /// Where the samples lie in the file, whole frames only.
    var data: Range<Int>

    /// More chunks than any recorder writes; a file of nothing but chunk headers would keep us reading.
    private static let maxChunks = 1000

    /// Reads the chunks of a file, in whatever order they come.
    ///
    /// The samples reach to the end of the file when their chunk says 0 or 0xFFFFFFFF bytes (as programs that write to
    /// a pipe leave it) or more than there are (a file cut short).
    /// **Throws** `malformed`; `unsupported` for other codecs than PCM, float, A-law and mu-law.
    init(_ bytes: any AudioBytes) throws(AudioError) {
        var format: Format?
        var data: Range<Int>?
        var longDataSize: Int?
        var offset = 12
        var numChunks = 0
        while format == nil || data == nil, numChunks < Self.maxChunks {
            let header = try bytes.bytes(at: offset, count: 8)
            guard header.count == 8 else { break }
            let body = offset + 8
            var size = Int(header.uint32(at: 4))
            switch header[..<4] {
            case [0x66, 0x6D, 0x74, 0x20]:  // "fmt "
                format = try Format(try bytes.bytes(at: body, count: min(size, 40)))
            case [0x64, 0x73, 0x36, 0x34]:  // "ds64"
                let sizes = try bytes.bytes(at: body, count: min(size, 24))
                if sizes.count >= 16 { longDataSize = Int(exactly: sizes.uint64(at: 8)) }
            case [0x64, 0x61, 0x74, 0x61]:  // "data"
                if size == 0xFFFF_FFFF { size = longDataSize ?? 0 }
                let rest = max(0, bytes.count - body)
                if size == 0 || size > rest { size = rest }
                if data == nil { data = body..<(body + size) }
            default: break
            }
            // A chunk of an odd size is followed by a byte of padding.
            offset = body + size + size % 2
            numChunks += 1
        }
        guard let format else {
            throw AudioError(.malformed, "WAV: there is no fmt chunk, which says how the samples are stored")
        }
        guard let data else { throw AudioError(.malformed, "WAV: there is no data chunk, which holds the samples") }
        coding = format.coding
        channels = format.channels
        sampleRate = format.sampleRate
        blockAlign = format.blockAlign
        self.data = data.lowerBound..<(data.lowerBound + data.count / blockAlign * blockAlign)
    }

    var frameCount: Int { data.count / blockAlign }
}

extension WAVHeader {
    /// The fmt chunk.
    private struct Format {
        var coding: SampleCoding
        var channels: Int
        var sampleRate: Int
        var blockAlign: Int

        init(_ chunk: [UInt8]) throws(AudioError) {
            guard chunk.count >= 14 else {
                throw AudioError(.malformed, "WAV: the fmt chunk has \(chunk.count) bytes; it needs at least 16")
            }
            var tag = chunk.uint16(at: 0)
            channels = chunk.uint16(at: 2)
            sampleRate = Int(chunk.uint32(at: 4))
            blockAlign = chunk.uint16(at: 12)
            let bits = chunk.count >= 16 ? chunk.uint16(at: 14) : 8
            if tag == 0xFFFE, chunk.count >= 40, Self.familiesOfTags.contains(Array(chunk[26..<40])) {
                tag = chunk.uint16(at: 24)
            }
            guard channels > 0, sampleRate > 0, blockAlign > 0 else {
                throw AudioError(
                    .malformed,
                    "WAV: the fmt chunk says \(channels) channels, \(sampleRate) Hz and \(blockAlign) bytes a frame; "
                        + "none of them can be 0")
            }
            guard Self.knownTags.contains(tag) else {
                throw AudioError(
                    .unsupported,
                    "WAV with samples of format 0x\(String(tag, radix: 16)); accepted are PCM, float, A-law and mu-law")
            }
            // Samples narrower than their bytes are aligned to the left, so only the bytes matter.
            let width = blockAlign / channels
            guard blockAlign % channels == 0, let coding = SampleCoding(tag: tag, width: width), bits <= 8 * width
            else {
                throw AudioError(
                    .malformed,
                    "WAV: \(bits) bits a sample, \(channels) channels and \(blockAlign) bytes a frame do not go "
                        + "together; accepted are 1 to 4 bytes of PCM, 4 or 8 of float, 1 of A-law and mu-law a sample")
            }
            self.coding = coding
        }

        private static let knownTags = [1, 3, 6, 7]

        /// What follows the tag in the sub-formats of extensible files: the one of plain tags, and Ambisonic B-format.
        private static let familiesOfTags: [[UInt8]] = [
            [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71],
            [0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0],
        ]
    }
}

extension SampleCoding {
    /// The coding of a format tag of WAV and the bytes of a sample.
    fileprivate init?(tag: Int, width: Int) {
        switch (tag, width) {
        case (1, 1): self = .unsigned8
        case (1, 2): self = .signed16
        case (1, 3): self = .signed24
        case (1, 4): self = .signed32
        case (3, 4): self = .float32
        case (3, 8): self = .float64
        case (6, 1): self = .aLaw
        case (7, 1): self = .muLaw
        default: return nil
        }
    }
}
