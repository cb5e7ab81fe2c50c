/// Many byte strings in two allocations: a vocabulary of 128 thousand tokens must not cost as many arrays.
public struct PackedStrings: Sendable, RandomAccessCollection {
    /// All strings one after the other.
    public private(set) var bytes: [UInt8] = []
    /// Where each string starts in `bytes`, and at last where the last one ends: one more than there are strings.
    public private(set) var offsets: [Int] = [0]

    /// No strings.
    public init() {}

    init(count: Int, byteCount: Int) {
        bytes.reserveCapacity(byteCount)
        offsets.reserveCapacity(count + 1)
    }

    mutating func append(_ string: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: string)
        offsets.append(bytes.count)
    }

    /// Zero.
    public var startIndex: Int { 0 }
    /// The number of strings.
    public var endIndex: Int { offsets.count - 1 }
    /// The bytes of one string.
    public subscript(position: Int) -> ArraySlice<UInt8> { bytes[offsets[position]..<offsets[position + 1]] }
}
