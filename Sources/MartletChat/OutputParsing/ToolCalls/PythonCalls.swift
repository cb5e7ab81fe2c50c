/// Lists of calls as Python expressions.
enum PythonCalls {
    /// `[f(a=1), g()]`, or several such lists; nil where the text is anything else.
    static func lists(_ text: ArraySlice<UInt8>) -> [FoundCall]? {
        var literal = PythonLiteral(Array(text))
        var calls: [FoundCall] = []
        literal.skipSpace()
        while literal.index < literal.bytes.count {
            guard literal.take("["), let list = sequence(&literal, closing: "]"), !list.isEmpty else { return nil }
            calls += list
            literal.skipSpace()
        }
        return calls.isEmpty ? nil : calls
    }

    /// Calls on lines of their own.
    static func lines(_ text: ArraySlice<UInt8>) -> [FoundCall]? {
        var literal = PythonLiteral(Array(text))
        guard let calls = sequence(&literal, closing: nil), !calls.isEmpty else { return nil }
        return calls
    }

    private static func sequence(_ literal: inout PythonLiteral, closing: Unicode.Scalar?) -> [FoundCall]? {
        var calls: [FoundCall] = []
        literal.skipSpace()
        while true {
            if let closing {
                if literal.take(closing) { return calls }
            } else if literal.index == literal.bytes.count {
                return calls
            }
            guard let call = literal.call() else { return nil }
            calls.append(FoundCall(name: call.name, arguments: call.arguments.text))
            literal.skipSpace()
            let hasComma = literal.take(",")
            literal.skipSpace()
            guard let closing, !hasComma else { continue }
            guard literal.take(closing) else { return nil }
            return calls
        }
    }
}
