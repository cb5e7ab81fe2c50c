/// The header of a frame of MPEG audio (MP3 and its older layers) or of AAC in ADTS.
///
/// **Source** ISO/IEC 11172-3 section 2.4.2.3, ISO/IEC 13818-3 (lower rates), ISO/IEC 13818-7 annex B (ADTS).
struct MPEGAudioHeader: Equatable {
    /// Bytes of the frame.
    let frameBytes: Int
    let isADTS: Bool
    /// What stays the same from frame to frame.
    private let constant: UInt32

    /// Reads a header; nil when there is none at `index`.
    init?(_ bytes: [UInt8], at index: Int) {
        guard index + 6 <= bytes.count, bytes[index] == 0xFF, bytes[index + 1] & 0xE0 == 0xE0 else { return nil }
        let second = Int(bytes[index + 1])
        let third = Int(bytes[index + 2])
        let layer = 4 - second >> 1 & 3
        isADTS = layer == 4
        if isADTS {
            let rate = third >> 2 & 15
            frameBytes = (Int(bytes[index + 3]) & 3) << 11 | Int(bytes[index + 4]) << 3 | Int(bytes[index + 5]) >> 5
            guard second & 0xF6 == 0xF0, rate < 13, frameBytes >= 8 else { return nil }
            constant = UInt32(second << 8 | third & 0xFC)
        } else {
            let version = second >> 3 & 3  // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
            let bitRate = third >> 4
            let rate = third >> 2 & 3
            // The free bit rate (0) is not looked for: the size of its frames is not in the header.
            guard version != 1, (1..<15).contains(bitRate), rate < 3 else { return nil }
            let kilobits = Self.bitRates[version == 3 ? layer - 1 : layer == 1 ? 3 : 4][bitRate - 1]
            let hertz = [44_100, 48_000, 32_000][rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
            let padding = third >> 1 & 1
            frameBytes =
                layer == 1
                ? (12_000 * kilobits / hertz + padding) * 4
                : (layer == 3 && version != 3 ? 72_000 : 144_000) * kilobits / hertz + padding
            constant = UInt32(second << 8 | third & 0x0C)
        }
    }

    /// Whether two headers can be of one stream.
    func matches(_ other: MPEGAudioHeader) -> Bool { constant == other.constant }

    /// In kbit/s: layers 1 to 3 of MPEG 1, layer 1 and layers 2 and 3 of MPEG 2.
    private static let bitRates = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]
}

/// The kind of MPEG audio that begins in the first bytes of a file: three frames in a row, or fewer that fill it.
///
/// Recordings cut out of a stream begin with the rest of a frame, so the first header need not be the first byte.
func findMPEGAudio(_ head: [UInt8]) -> AudioContainer? {
    for start in head.indices {
        guard let first = MPEGAudioHeader(head, at: start) else { continue }
        var next = start + first.frameBytes
        var numFrames = 1
        while numFrames < 3, let header = MPEGAudioHeader(head, at: next), header.matches(first) {
            next += header.frameBytes
            numFrames += 1
        }
        let fillsHead = next + 6 > head.count && (start == 0 || numFrames > 1)
        if numFrames == 3 || fillsHead { return first.isADTS ? .adts : .mpegAudio }
    }
    return nil
}
