/// The members of a JSON object in the order they were written; a repeated key keeps its place and takes the last value.
public struct JSONObject: Sendable, Hashable {
    /// The keys in order.
    public private(set) var keys: [String] = []
    /// The values, in the order of `keys`.
    public private(set) var values: [JSONValue] = []
    /// Only built once linear search would cost more.
    private var indexOfKey: [ExactText: Int] = [:]

    private static let linearSearchLimit = 12

    /// An object without members.
    public init() {}

    /// The number of members.
    public var count: Int { keys.count }

    /// True without members.
    public var isEmpty: Bool { keys.isEmpty }

    /// The value of `key`; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get { index(of: key).map { values[$0] } }
        set {
            let position = index(of: key)
            switch (position, newValue) {
            case (let index?, let value?): values[index] = value
            case (nil, let value?): append(key, value)
            case (let index?, nil): remove(at: index)
            case (nil, nil): break
            }
        }
    }

    /// The place of `key` in the order, or nil where no member has it.
    public func index(of key: String) -> Int? {
        indexOfKey.isEmpty ? keys.firstIndex { ExactText($0) == ExactText(key) } : indexOfKey[ExactText(key)]
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        keys.append(key)
        values.append(value)
        if !indexOfKey.isEmpty {
            indexOfKey[ExactText(key)] = keys.count - 1
        } else if keys.count > Self.linearSearchLimit {
            rebuildIndex()
        }
    }

    private mutating func remove(at index: Int) {
        keys.remove(at: index)
        values.remove(at: index)
        indexOfKey = [:]
        if keys.count > Self.linearSearchLimit { rebuildIndex() }
    }

    private mutating func rebuildIndex() {
        indexOfKey.reserveCapacity(keys.count)
        for (index, key) in keys.enumerated() { indexOfKey[ExactText(key)] = index }
    }

    /// Equal with the same members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.values == right.values && left.keys.elementsEqual(right.keys) { ExactText($0) == ExactText($1) }
    }

    /// Consistent with `==`.
    public func hash(into hasher: inout Hasher) {
        for key in keys { hasher.combine(ExactText(key)) }
        hasher.combine(values)
    }
}

extension JSONObject: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of members.
    public var endIndex: Int { keys.count }
    /// The member at a place in the order.
    public subscript(position: Int) -> (key: String, value: JSONValue) { (keys[position], values[position]) }
}
