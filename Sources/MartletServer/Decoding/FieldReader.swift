import MartletJSON

/// Reads the members of one request object and remembers which were looked at.
///
/// An explicit null counts as absent, as in vLLM. What nobody looked at is in `unread` afterwards.
struct FieldReader {
    private let object: JSONObject
    private let prefix: String
    private var read: Set<String> = []

    /// Reads `object`; `path` is where it lies in the request, empty for the request itself.
    init(_ object: JSONObject, path: String = "") {
        self.object = object
        prefix = path.isEmpty ? "" : path + "."
    }

    /// Names of the members nobody looked at, in the order they were sent.
    var unread: [String] { object.keys.filter { !read.contains($0) }.map { prefix + $0 } }

    /// The value of `key` unless absent or null.
    mutating func value(_ key: String) -> JSONValue? {
        read.insert(key)
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// The full name of `key`, for messages.
    func name(_ key: String) -> String { prefix + key }

    private func mismatch(_ key: String, _ value: JSONValue, expected: String) -> APIError {
        .badRequest(
            "`\(name(key))` must be \(expected); this is of type \(value.kindName)", param: name(key),
            code: "invalid_type")
    }

    /// A string.
    mutating func string(_ key: String) throws(APIError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.stringValue else { throw mismatch(key, value, expected: "a string") }
        return text
    }

    /// A boolean.
    mutating func bool(_ key: String) throws(APIError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.boolValue else { throw mismatch(key, value, expected: "true or false") }
        return flag
    }

    /// An integer; a real without fraction such as `1.0` is one.
    mutating func integer(_ key: String, in range: ClosedRange<Int>? = nil) throws(APIError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.intValue else { throw mismatch(key, value, expected: "an integer") }
        if let range, !range.contains(number) {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw .badRequest(
                "`\(name(key))` must be \(bounds), not \(number)", param: name(key), code: "invalid_value")
        }
        return number
    }

    /// A number.
    mutating func number(_ key: String) throws(APIError) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.doubleValue else { throw mismatch(key, value, expected: "a number") }
        return number
    }

    /// An object.
    mutating func object(_ key: String) throws(APIError) -> JSONObject? {
        guard let value = value(key) else { return nil }
        guard case .object(let object) = value else { throw mismatch(key, value, expected: "an object") }
        return object
    }

    /// An array.
    mutating func array(_ key: String) throws(APIError) -> [JSONValue]? {
        guard let value = value(key) else { return nil }
        guard case .array(let elements) = value else { throw mismatch(key, value, expected: "an array") }
        return elements
    }

    /// A string or an array of strings.
    mutating func strings(_ key: String) throws(APIError) -> [String]? {
        guard let value = value(key) else { return nil }
        if let text = value.stringValue { return [text] }
        guard case .array(let elements) = value else {
            throw mismatch(key, value, expected: "a string or array of strings")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.stringValue else { throw mismatch(key, element, expected: "made of strings only") }
            texts.append(text)
        }
        return texts
    }

    /// An array of token ids.
    mutating func tokenIDs(_ key: String) throws(APIError) -> [Int32]? {
        guard let elements = try array(key) else { return nil }
        return try Self.tokenIDs(elements, param: name(key))
    }

    /// Marks fields as read that cannot change the answer.
    mutating func acceptQuietly(_ keys: String...) { read.formUnion(keys) }

    /// Refuses a field unless its value is neutral.
    mutating func refuse(
        _ key: String, accepted: String = "null", unless isNeutral: (JSONValue) -> Bool = { _ in false }
    ) throws(APIError) {
        guard let value = value(key), !isNeutral(value) else { return }
        throw .notSupported(name(key), accepted: accepted)
    }

    /// Token ids out of JSON numbers.
    static func tokenIDs(_ elements: [JSONValue], param: String) throws(APIError) -> [Int32] {
        var ids: [Int32] = []
        ids.reserveCapacity(elements.count)
        for element in elements {
            guard let number = element.intValue, let id = Int32(exactly: number), id >= 0 else {
                throw .badRequest(
                    "`\(param)` must be made of token ids, integers from 0", param: param, code: "invalid_type")
            }
            ids.append(id)
        }
        return ids
    }
}
