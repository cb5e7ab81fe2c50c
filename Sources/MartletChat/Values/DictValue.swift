/// A dict, which never changes: keys in the order they were first set.
final class DictValue {
    let entries: [(key: Value, value: Value)]
    let extent: ValueExtent
    /// Only built where searching would cost more.
    private var indexOfKey: [HashedValue: Int] = [:]

    private static let linearSearchLimit = 8

    var count: Int { entries.count }

    /// A dict of entries whose keys differ.
    init(unique entries: [(key: Value, value: Value)]) {
        self.entries = entries
        var extent = ValueExtent()
        for entry in entries {
            extent.include(entry.key)
            extent.include(entry.value)
        }
        self.extent = extent
        if entries.count > Self.linearSearchLimit {
            indexOfKey.reserveCapacity(entries.count)
            for (index, entry) in entries.enumerated() { indexOfKey[HashedValue(entry.key)] = index }
        }
    }

    /// A dict of entries of which the last with a key gives the value and the first the place.
    convenience init(_ entries: [(key: Value, value: Value)]) {
        var unique: [(key: Value, value: Value)] = []
        var indexOfKey: [HashedValue: Int] = [:]
        for entry in entries {
            if let index = indexOfKey[HashedValue(entry.key)] {
                unique[index].value = entry.value
            } else {
                indexOfKey[HashedValue(entry.key)] = unique.count
                unique.append(entry)
            }
        }
        self.init(unique: unique)
    }

    /// The value under a string.
    subscript(text: String) -> Value? {
        if !indexOfKey.isEmpty { return indexOfKey[HashedValue(.string(text))].map { entries[$0].value } }
        for entry in entries {
            if let key = entry.key.text, key.isSame(as: text) { return entry.value }
        }
        return nil
    }

    /// The value under any key.
    subscript(key: Value) -> Value? {
        if let text = key.text { return self[text] }
        if !indexOfKey.isEmpty { return indexOfKey[HashedValue(key)].map { entries[$0].value } }
        return entries.first { $0.key.equals(key) }?.value
    }
}

/// A string as a dictionary key, compared scalar by scalar.
struct ExactString: Hashable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactString, right: ExactString) -> Bool { left.text.isSame(as: right.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
