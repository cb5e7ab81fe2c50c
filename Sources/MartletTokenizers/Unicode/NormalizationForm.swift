/// A normalisation form of Unicode (Standard Annex 15) over UTF-8, in the version that the tokenizers library uses.
enum NormalizationForm: UInt8, Sendable {
    case nfc, nfd, nfkc, nfkd

    var bit: UInt8 { 1 << rawValue }
    private var composes: Bool { self == .nfc || self == .nfkc }
    private var isCompatibility: Bool { self == .nfkc || self == .nfkd }

    /// Below this lead byte no scalar is affected.
    private var firstAffectedLead: UInt8 { self == .nfc ? 0xCC : 0xC2 }

    /// The normalised text, or nil where nothing in `bytes` can change. Linear in the length of the text.
    ///
    /// Only stretches of scalars that may change are worked on, each with the scalar before it: a scalar that is not
    /// affected never combines with what comes before.
    func normalize(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let tables = DecompositionTables.shared
        guard var start = firstAffected(bytes, from: 0, tables) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 8 + 16)
        var scalars: [UInt32] = []
        var copied = 0
        while true {
            if start > copied { start -= UTF8Scalar(in: bytes, before: start).length }
            result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<start]))
            scalars.removeAll(keepingCapacity: true)
            copied = decomposeStretch(bytes, from: start, tables, into: &scalars)
            Self.orderMarks(&scalars, tables)
            if composes { Self.compose(&scalars, tables) }
            for code in scalars { UTF8Scalar.append(code, to: &result) }
            guard let next = firstAffected(bytes, from: copied, tables) else { break }
            start = next
        }
        result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
        return result
    }

    private func firstAffected(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ tables: borrowing DecompositionTables
    ) -> Int? {
        let lead = firstAffectedLead
        var index = start
        while index < bytes.count {
            if bytes[index] < lead {
                index = Self.endOfASCII(bytes, from: index + 1)
                continue
            }
            // U+4000 to U+9FFF, ideographs that no form changes.
            if bytes[index] &- 0xE4 < 6 {
                index += 3
                continue
            }
            let scalar = UTF8Scalar(in: bytes, at: index)
            if tables.affected[scalar.code] & bit != 0 { return index }
            index += scalar.length
        }
        return nil
    }

    /// Skips ASCII eight bytes at a time; may end before its end.
    @inline(__always)
    private static func endOfASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count,
            UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index += 8
        }
        return index
    }

    /// Decomposes the scalar at `start` and the affected ones after it; returns where they end.
    private func decomposeStretch(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ tables: borrowing DecompositionTables,
        into scalars: inout [UInt32]
    ) -> Int {
        var index = start
        while index < bytes.count {
            let scalar = UTF8Scalar(in: bytes, at: index)
            guard index == start || tables.affected[scalar.code] & bit != 0 else { break }
            tables.decompose(scalar.code, compatibly: isCompatibility, into: &scalars)
            index += scalar.length
        }
        return index
    }

    /// Sorts each run of marks by combining class, keeping the order of equals.
    private static func orderMarks(_ scalars: inout [UInt32], _ tables: borrowing DecompositionTables) {
        var start = 0
        while start < scalars.count {
            var end = start
            var (last, isOrdered) = (UInt8(0), true)
            while end < scalars.count, case let value = tables.combiningClass[scalars[end]], value != 0 {
                isOrdered = isOrdered && value >= last
                last = value
                end += 1
            }
            if !isOrdered { sort(&scalars, start..<end, tables) }
            start = end + 1
        }
    }

    /// Runs up to this length are sorted by insertion.
    private static let shortRun = 32

    private static func sort(
        _ scalars: inout [UInt32], _ run: Range<Int>, _ tables: borrowing DecompositionTables
    ) {
        guard run.count <= shortRun else { return sortByCounting(&scalars, run, tables) }
        for index in run.dropFirst() {
            let (code, value) = (scalars[index], tables.combiningClass[scalars[index]])
            var place = index
            while place > run.lowerBound, tables.combiningClass[scalars[place - 1]] > value {
                scalars[place] = scalars[place - 1]
                place -= 1
            }
            scalars[place] = code
        }
    }

    /// Takes linear time however long the run.
    private static func sortByCounting(
        _ scalars: inout [UInt32], _ run: Range<Int>, _ tables: borrowing DecompositionTables
    ) {
        var place = [Int](repeating: 0, count: 257)
        for index in run { place[Int(tables.combiningClass[scalars[index]]) + 1] += 1 }
        for value in 1..<place.count { place[value] += place[value - 1] }
        var sorted = [UInt32](repeating: 0, count: run.count)
        for index in run {
            let value = Int(tables.combiningClass[scalars[index]])
            sorted[place[value]] = scalars[index]
            place[value] += 1
        }
        scalars.replaceSubrange(run, with: sorted)
    }

    private static func compose(_ scalars: inout [UInt32], _ tables: borrowing DecompositionTables) {
        var length = 0
        var starter: Int?
        var lastClass: UInt8 = 0
        for code in scalars {
            let thisClass = tables.combiningClass[code]
            if let starter, lastClass < thisClass || length == starter + 1,
                let pair = tables.compose(scalars[starter], code)
            {
                scalars[starter] = pair
                continue
            }
            if thisClass == 0 { starter = length }
            lastClass = thisClass
            scalars[length] = code
            length += 1
        }
        scalars.removeSubrange(length...)
    }
}
