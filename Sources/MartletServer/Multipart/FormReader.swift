import MartletJSON

/// Reads the fields of one form and remembers which were looked at.
///
/// Lists are repeated fields, called `name[]` or `name`, or one field with a JSON array. An empty field counts as absent.
struct FormReader {
    private let names: [String]
    private let values: [String: [String]]
    private var read: Set<String> = []

    init(_ fields: [MultipartForm.Field]) {
        var names: [String] = []
        var values: [String: [String]] = [:]
        for field in fields {
            if values[field.name] == nil { names.append(field.name) }
            values[field.name, default: []].append(field.value)
        }
        self.names = names
        self.values = values
    }

    /// Names of the fields nobody looked at, in the order they were sent.
    var unread: [String] { names.filter { !read.contains($0) } }

    /// Whether a field of this name was sent, empty or not.
    func has(_ key: String) -> Bool { values[key] != nil }

    /// The text of a field.
    mutating func string(_ key: String) throws(APIError) -> String? {
        read.insert(key)
        guard let texts = values[key] else { return nil }
        guard texts.count == 1 else {
            throw .badRequest(
                "`\(key)` was sent \(texts.count) times; send it once", param: key, code: "invalid_value")
        }
        return texts[0].isEmpty ? nil : texts[0]
    }

    /// True or false, in any of the spellings forms use.
    mutating func bool(_ key: String) throws(APIError) -> Bool? {
        guard let text = try string(key) else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes", "on", "t", "y": return true
        case "false", "0", "no", "off", "f", "n": return false
        default: throw Self.mismatch(key, text, expected: "true or false")
        }
    }

    /// A number.
    mutating func number(_ key: String, in range: ClosedRange<Double>? = nil) throws(APIError) -> Double? {
        guard let text = try string(key) else { return nil }
        let number = try Self.number(text, key)
        if let range { try Self.check(number, key, in: range) }
        return number
    }

    /// A number, or `none` for none at all; nil when absent.
    mutating func optionalNumber(_ key: String) throws(APIError) -> Double?? {
        guard let text = try string(key) else { return nil }
        if ["none", "null"].contains(text.lowercased()) { return .some(nil) }
        return try Self.number(text, key)
    }

    /// An integer; `1.0` is one.
    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = try string(key) else { return nil }
        guard let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else {
            throw Self.mismatch(key, text, expected: "an integer")
        }
        guard range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw .badRequest("`\(key)` must be \(bounds), not \(number)", param: key, code: "invalid_value")
        }
        return number
    }

    /// The texts of a list; empty when absent.
    mutating func strings(_ key: String) throws(APIError) -> [String] {
        read.formUnion([key, key + "[]"])
        let texts = ((values[key] ?? []) + (values[key + "[]"] ?? [])).filter { !$0.isEmpty }
        guard texts.count == 1, texts[0].hasPrefix("[") else { return texts }
        guard let array = (try? JSONReader.parse(texts[0], maxDepth: 4))?.arrayValue else {
            throw Self.mismatch(key, texts[0], expected: "a list: repeated fields or a JSON array")
        }
        var elements: [String] = []
        for element in array {
            switch element {
            case .string(let text): elements.append(text)
            case .integer, .double: elements.append(JSONWriter.string(element))
            default: throw Self.mismatch(key, texts[0], expected: "a list of texts or numbers")
            }
        }
        return elements
    }

    /// The numbers of a list, and whether one value was sent as a plain number; nil when absent.
    mutating func numbers(
        _ key: String, in range: ClosedRange<Double>
    ) throws(APIError) -> (values: [Double], isList: Bool)? {
        let isList = (values[key] ?? []).count > 1 || has(key + "[]") || values[key]?.first?.hasPrefix("[") == true
        var numbers: [Double] = []
        for text in try strings(key) {
            let number = try Self.number(text, key)
            try Self.check(number, key, in: range)
            numbers.append(number)
        }
        return numbers.isEmpty ? nil : (numbers, isList)
    }

    /// Refuses a field unless its value is neutral.
    mutating func refuse(
        _ key: String, accepted: String = "none", unless isNeutral: (String) -> Bool = { _ in false }
    ) throws(APIError) {
        for text in try strings(key) where !isNeutral(text.lowercased()) {
            throw .notSupported(key, accepted: accepted)
        }
    }

    /// Marks fields as read that cannot change the answer.
    mutating func acceptQuietly(_ keys: String...) { read.formUnion(keys) }

    /// Looks at the members of `key[member]` as a form of their own.
    mutating func members(of key: String) -> [MultipartForm.Field] {
        var members: [MultipartForm.Field] = []
        for name in names where name.hasPrefix(key + "[") && name.hasSuffix("]") {
            read.insert(name)
            let member = String(name.dropFirst(key.count + 1).dropLast())
            for value in values[name] ?? [] { members.append(MultipartForm.Field(name: member, value: value)) }
        }
        return members
    }

    private static func number(_ text: String, _ key: String) throws(APIError) -> Double {
        // Swift also reads hexadecimal digits, "nan" and "inf".
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text),
            number.isFinite
        else { throw mismatch(key, text, expected: "a number") }
        return number
    }

    private static func check(_ number: Double, _ key: String, in range: ClosedRange<Double>) throws(APIError) {
        guard range.contains(number) else {
            throw .badRequest(
                "`\(key)` must be from \(range.lowerBound) to \(range.upperBound), not \(number)", param: key,
                code: "invalid_value")
        }
    }

    private static func mismatch(_ key: String, _ text: String, expected: String) -> APIError {
        .badRequest(
            "`\(key)` must be \(expected), not '\(text.prefix(100))'", param: key, code: "invalid_type")
    }
}
