/// The way to a part of an element that a filter's `attribute` argument names: `a.b.0`.
struct AttributePath {
    private let parts: [Value]
    private let fallback: Value?

    /// A path; the element itself for none.
    init(_ attribute: Value?, fallback: Value? = nil) {
        self.fallback = fallback?.isNone ?? true ? nil : fallback
        switch attribute {
        case nil, .some(.none): parts = []
        case .some(let value):
            guard let text = value.text else {
                parts = [value]
                return
            }
            parts = text.split(by: ".", limit: .max, fromRight: false).map { part in
                let isNumber = !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                return isNumber ? Int(part).map(Value.integer) ?? .string(part) : .string(part)
            }
        }
    }

    /// Several paths with commas between them.
    static func several(_ attribute: Value?) -> [AttributePath] {
        guard let text = attribute?.text else { return [AttributePath(attribute)] }
        return text.split(by: ",", limit: .max, fromRight: false).map { AttributePath(.string($0)) }
    }

    func value(of element: Value, _ interpreter: Interpreter) throws(ChatTemplateError) -> Value {
        var value = element
        for part in parts {
            value = try interpreter.item(part, of: value)
            if value.isUndefined, let fallback { value = fallback }
        }
        return value
    }
}

/// What filters sort and group by: a part of the element, in lower case where case does not matter.
struct SortKey {
    private let path: AttributePath
    private let isCaseSensitive: Bool

    init(_ path: AttributePath, isCaseSensitive: Bool) {
        self.path = path
        self.isCaseSensitive = isCaseSensitive
    }

    func value(of element: Value, _ interpreter: Interpreter) throws(ChatTemplateError) -> Value {
        let value = try path.value(of: element, interpreter)
        if !isCaseSensitive, let text = value.text { return try interpreter.string(text.pythonLower) }
        return value
    }
}
