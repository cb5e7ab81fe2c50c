/// The checksums of FLAC frames.
///
/// **Source** RFC 9639, sections 9.1.8 and 9.3: CRC-8 of x^8 + x^2 + x + 1, CRC-16 of x^16 + x^15 + x^2 + 1, both from 0.
struct FLACChecksums {
    private let table8: [UInt8]
    private let table16: [UInt16]

    /// Makes the tables.
    init() {
        table8 = (0..<256).map { byte in
            (0..<8).reduce(UInt8(byte)) { crc, _ in crc & 0x80 != 0 ? crc << 1 ^ 0x07 : crc << 1 }
        }
        table16 = (0..<256).map { byte in
            (0..<8).reduce(UInt16(byte) << 8) { crc, _ in crc & 0x8000 != 0 ? crc << 1 ^ 0x8005 : crc << 1 }
        }
    }

    /// The checksum of a frame's header.
    func crc8(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
        bytes.reduce(0) { table8[Int($0 ^ $1)] }
    }

    /// The checksum of a frame.
    func crc16(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
        bytes.reduce(0) { $0 << 8 ^ table16[Int($0 >> 8) ^ Int($1)] }
    }
}
