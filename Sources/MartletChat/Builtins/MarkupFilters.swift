/// Filters that have to do with marked strings.
enum MarkupFilters {
    static let escape: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("escape", [])
        return try interpreter.escaped(value)
    }

    static let forceEscape: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("forceescape", [])
        return try interpreter.escaped(.string(try interpreter.text(of: value)))
    }

    static let safe: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("safe", [])
        return try interpreter.safe(value)
    }

    static let stripTags: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("striptags", [])
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count * 2)
        return try interpreter.string(HTML.stripTags(text))
    }

    /// What cannot be part of an attribute's name.
    private static let endsName = Set(" \t\n\r\u{B}\u{C}/>=".unicodeScalars)

    static let xmlAttributes: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let hasSpace = try arguments.bind("xmlattr", ["autospace"])[0]?.isTrue ?? true
        guard case .dict(let dict) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "xmlattr needs a mapping, got \(value.typeName)")
        }
        var parts: [String] = []
        for (key, value) in dict.entries where !value.isNone && !value.isUndefined {
            guard let name = key.text, !name.unicodeScalars.contains(where: endsName.contains) else {
                throw ChatTemplateError(.value, "Invalid character in attribute name")
            }
            let text = try interpreter.escaped(value).text ?? ""
            parts.append("\(key.isMarkup ? name : name.htmlEscaped)=\"\(text)\"")
        }
        let text = (hasSpace && !parts.isEmpty ? " " : "") + parts.joined(separator: " ")
        return interpreter.escapes ? try interpreter.markup(text) : try interpreter.string(text)
    }
}
