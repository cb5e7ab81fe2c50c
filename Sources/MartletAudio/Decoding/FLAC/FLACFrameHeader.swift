/// The header of a FLAC frame.
///
/// **Source** RFC 9639, section 9.1.
struct FLACFrameHeader: Equatable {
    enum Channels: Equatable {
        case independent(Int)
        case leftSide, sideRight, midSide

        var count: Int { if case .independent(let count) = self { count } else { 2 } }
    }

    var blockSize: Int
    /// Nil as in STREAMINFO.
    var sampleRate: Int?
    var channels: Channels
    /// Nil as in STREAMINFO.
    var bitsPerSample: Int?

    /// Reads a header, and checks its checksum.
    init(_ bits: inout BitReader, checksums: FLACChecksums) throws(FLACFault) {
        guard try bits.unsigned(15) == 0x7FFC else { throw .malformed("there is no frame") }
        _ = try bits.unsigned(1)  // whether the number below counts samples or frames
        let sizeCode = try bits.unsigned(4)
        let rateCode = try bits.unsigned(4)
        let channelCode = try bits.unsigned(4)
        let widthCode = try bits.unsigned(3)
        guard try bits.unsigned(1) == 0 else { throw .malformed("a reserved bit is set") }
        try Self.skipNumber(&bits)
        blockSize = try Self.blockSize(sizeCode, &bits)
        sampleRate = try Self.sampleRate(rateCode, &bits)
        switch channelCode {
        case 0..<8: channels = .independent(channelCode + 1)
        case 8: channels = .leftSide
        case 9: channels = .sideRight
        case 10: channels = .midSide
        default: throw .malformed("channel assignment \(channelCode) is reserved")
        }
        guard widthCode != 3 else { throw .malformed("sample size 3 is reserved") }
        bitsPerSample = [nil, 8, 12, nil, 16, 20, 24, 32][widthCode]
        let crc = checksums.crc8(UnsafeBufferPointer(start: bits.bytes, count: bits.position / 8))
        guard try bits.unsigned(8) == Int(crc) else { throw .malformed("the checksum of its header is wrong") }
    }

    /// Skips the number of the frame or its first sample, coded as UTF-8 codes characters, of up to 7 bytes.
    private static func skipNumber(_ bits: inout BitReader) throws(FLACFault) {
        let first = UInt8(truncatingIfNeeded: try bits.unsigned(8))
        let length = (~first).leadingZeroBitCount
        if length == 0 { return }
        guard (2...7).contains(length) else { throw .malformed("its number is no number") }
        for _ in 1..<length {
            guard try bits.unsigned(8) & 0xC0 == 0x80 else { throw .malformed("its number is no number") }
        }
    }

    private static func blockSize(_ code: Int, _ bits: inout BitReader) throws(FLACFault) -> Int {
        switch code {
        case 1: 192
        case 2...5: 144 << code
        case 6: try bits.unsigned(8) + 1
        case 7: try bits.unsigned(16) + 1
        case 8...15: 1 << code
        default: throw .malformed("block size 0 is reserved")
        }
    }

    private static func sampleRate(_ code: Int, _ bits: inout BitReader) throws(FLACFault) -> Int? {
        switch code {
        case 0: nil
        case 1...11:
            [88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000][code - 1]
        case 12: try bits.unsigned(8) * 1000
        case 13: try bits.unsigned(16)
        case 14: try bits.unsigned(16) * 10
        default: throw .malformed("sample rate 15 is forbidden")
        }
    }
}
