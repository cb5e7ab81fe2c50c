/// The arguments of a call in the order of their first mention; a later value replaces an earlier one.
struct ArgumentMembers: Sendable {
    private(set) var members: [(key: String, value: PythonJSON)] = []
    /// Where each key stands, by its bytes: Swift's strings would take canonically equivalent keys for one.
    private var places: [[UInt8]: Int] = [:]

    init() {}

    init(_ members: [(key: String, value: PythonJSON)]) {
        for (key, value) in members { set(key, value) }
    }

    mutating func set(_ key: String, _ value: PythonJSON) {
        if let place = places[Array(key.utf8)] {
            members[place].value = value
        } else {
            places[Array(key.utf8)] = members.count
            members.append((key, value))
        }
    }

    /// The text of the object.
    var text: String { PythonJSON.object(members).text }
}

extension PythonJSON {
    static let null = PythonJSON.scalar("null")

    static func bool(_ value: Bool) -> PythonJSON { .scalar(value ? "true" : "false") }

    /// A JSON text's value; the text itself where it is no JSON.
    static func orString(_ text: String) -> PythonJSON { PythonJSON(Array(text.utf8)[...]) ?? .string(text) }
}
