/// Which token a single character is: pages of 256 scalars, absent pages sharing one without tokens.
struct ScalarTable: Sendable {
    private var pageOfBlock = [UInt16](repeating: 0, count: 0x1100)
    private var pages = [Int32](repeating: -1, count: 256)

    /// The token of a scalar, or nil.
    @inline(__always)
    subscript(scalar: UInt32) -> Int32? {
        let token = pages[Int(pageOfBlock[Int(scalar >> 8)]) << 8 | Int(scalar & 255)]
        return token < 0 ? nil : token
    }

    mutating func set(_ scalar: UInt32, _ token: Int32) {
        let block = Int(scalar >> 8)
        if pageOfBlock[block] == 0 {
            pageOfBlock[block] = UInt16(pages.count >> 8)
            pages.append(contentsOf: repeatElement(-1, count: 256))
        }
        pages[Int(pageOfBlock[block]) << 8 | Int(scalar & 255)] = token
    }
}
