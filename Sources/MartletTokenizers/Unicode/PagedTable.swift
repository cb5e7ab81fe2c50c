/// A value for every scalar, kept in pages of 256; pages of one value throughout are stored once.
struct PagedTable<Value: Hashable & Sendable>: Sendable {
    private var values: [Value]
    private var startOfPage: [Int32]
    private var startOfUniformPage: [Value: Int32]

    /// A table that gives `value` for all scalars.
    init(_ value: Value) {
        values = Array(repeating: value, count: 256)
        startOfPage = Array(repeating: 0, count: 0x1100)
        startOfUniformPage = [value: 0]
    }

    subscript(code: UInt32) -> Value { values[Int(startOfPage[Int(code >> 8)]) + Int(code & 255)] }

    /// Sets one scalar's value.
    mutating func set(_ code: UInt32, to value: Value) {
        values[ownPage(Int(code >> 8)) + Int(code & 255)] = value
    }

    /// Sets the value of a run of scalars.
    mutating func set(_ codes: Range<UInt32>, to value: Value) {
        var code = codes.lowerBound
        while code < codes.upperBound {
            let pageEnd = (code | 255) + 1
            if code & 255 == 0, pageEnd <= codes.upperBound {
                startOfPage[Int(code >> 8)] = uniformPage(value)
                code = pageEnd
            } else {
                set(code, to: value)
                code += 1
            }
        }
    }

    private mutating func uniformPage(_ value: Value) -> Int32 {
        if let start = startOfUniformPage[value] { return start }
        let start = Int32(values.count)
        values.append(contentsOf: repeatElement(value, count: 256))
        startOfUniformPage[value] = start
        return start
    }

    /// The start of a page that no other shares.
    private mutating func ownPage(_ page: Int) -> Int {
        let start = Int(startOfPage[page])
        guard startOfUniformPage[values[start]] == Int32(start) else { return start }
        startOfPage[page] = Int32(values.count)
        values.append(contentsOf: values[start..<start + 256])
        return Int(startOfPage[page])
    }
}
