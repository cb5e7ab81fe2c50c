extension [UInt8] {
    /// The little-endian number of two bytes.
    func uint16(at index: Int) -> Int { Int(self[index]) | Int(self[index + 1]) << 8 }

    /// The little-endian number of four bytes.
    func uint32(at index: Int) -> UInt32 { UInt32(uint16(at: index)) | UInt32(uint16(at: index + 2)) << 16 }

    /// The little-endian number of eight bytes.
    func uint64(at index: Int) -> UInt64 { UInt64(uint32(at: index)) | UInt64(uint32(at: index + 4)) << 32 }
}
