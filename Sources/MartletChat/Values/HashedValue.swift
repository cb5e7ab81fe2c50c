/// A value as a dictionary key: equal numbers of any type are one key, as in Python.
struct HashedValue: Hashable {
    let value: Value

    init(_ value: Value) { self.value = value }

    static func == (left: HashedValue, right: HashedValue) -> Bool { left.value.equals(right.value) }

    func hash(into hasher: inout Hasher) { Self.hash(value, into: &hasher) }

    private static func hash(_ value: Value, into hasher: inout Hasher) {
        switch value {
        case .string(let text), .markup(let text):
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .bool(let value): hasher.combine(value ? 1 : 0)
        case .integer(let value): hasher.combine(value)
        case .float(let value):
            if let integer = Int(exactly: value) {
                hasher.combine(integer)
            } else if value.magnitude >= 0x1p63 {
                hasher.combine("int")
            } else {
                hasher.combine(value)
            }
        case .tuple(let list): for element in list.elements { hash(element, into: &hasher) }
        // What is left is rare as a key, or compared by what it is.
        default: hasher.combine(value.typeName)
        }
    }
}
