/// Filters that make text.
enum TextFilters {
    static func recase(_ method: String) -> Filters.Filter {
        { (interpreter, value, arguments) throws(ChatTemplateError) in
            _ = try arguments.bind(method, [])
            return try interpreter.callTextMethod(method, value)
        }
    }

    static let center: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let width = try arguments.bind("center", ["width"])[0] ?? .integer(80)
        return try interpreter.callTextMethod("center", value, [width])
    }

    static let string: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("string", [])
        return try interpreter.softText(value)
    }

    static let format: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        guard arguments.positional.isEmpty || arguments.named.isEmpty else {
            throw ChatTemplateError(.type, "can't handle positional and keyword arguments at the same time")
        }
        let parameters: Value =
            arguments.named.isEmpty
            ? try interpreter.tuple(arguments.positional)
            : try interpreter.dict(arguments.named.map { (.string($0.name), $0.value) })
        return try interpreter.compute(.modulo, try interpreter.softText(value), parameters)
    }

    static let join: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("join", ["d", "attribute"])
        let separator = try interpreter.softText(bound[0] ?? .string(""))
        let path = AttributePath(bound[1])
        var (parts, size): ([Value], Int) = ([], 0)
        for element in try interpreter.elements(of: value) {
            let part = try interpreter.softText(try path.value(of: element, interpreter))
            size += (part.text?.utf8.count ?? 0) + (separator.text?.utf8.count ?? 0)
            try interpreter.charge(bytes: size > interpreter.limits.maxBytes ? size : 0)
            parts.append(part)
        }
        if interpreter.escapes, separator.isMarkup || parts.contains(where: \.isMarkup) {
            let marked = try interpreter.escaped(separator)
            return try interpreter.callTextMethod("join", marked, [try interpreter.list(parts)])
        }
        return try interpreter.string(parts.compactMap(\.text).joined(separator: separator.text ?? ""))
    }

    static let indent: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("indent", ["width", "first", "blank"])
        guard let text = value.text else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "indent needs a string, got \(value.typeName)")
        }
        let width = bound[0]?.text != nil ? 0 : try bound[0].integer("indent", or: 4)
        try interpreter.charge(product: width, 1)
        let indention = bound[0]?.text ?? String(repeating: " ", count: max(0, width))
        let indentsBlank = bound[2]?.isTrue ?? false
        try interpreter.charge(bytes: text.utf8.count)
        let lines = (text + "\n").lines()
        try interpreter.charge(product: lines.count, indention.utf8.count)
        var result = bound[1]?.isTrue ?? false ? indention : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if indentsBlank || !line.isEmpty { result += indention }
            }
            result += line
        }
        return value.isMarkup ? try interpreter.markup(result) : try interpreter.string(result)
    }

    static let replace: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("replace", ["old", "new", "count"])
        let old = try bound[0].required("replace", "old")
        let new = try bound[1].required("replace", "new")
        let count = try bound[2].index("replace", or: -1)
        guard interpreter.escapes else {
            return try StringMethods.replace(
                try interpreter.text(of: value), try interpreter.text(of: old), try interpreter.text(of: new), count,
                interpreter)
        }
        let marks = old.isMarkup || new.isMarkup && !value.isMarkup
        let receiver = marks ? try interpreter.escaped(value) : value
        return try interpreter.callTextMethod(
            "replace", receiver, [try interpreter.softText(old), try interpreter.softText(new), .integer(count)])
    }

    static let trim: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        try interpreter.callTextMethod("strip", value, [try arguments.bind("trim", ["chars"])[0] ?? .none])
    }

    /// Words begin after `-`, `(`, `{`, `[`, `<` and whitespace only.
    static let title: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("title", [])
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count * 2)
        var (result, word) = ("", String.UnicodeScalarView())
        func finish() {
            guard let first = word.first else { return }
            // The first letter becomes capital, which may be two; the rest keeps the context of its own.
            result += first.properties.uppercaseMapping
            result += String(String.UnicodeScalarView(word.dropFirst())).pythonLower
            word = .init()
        }
        for scalar in text.unicodeScalars {
            if ["-", "(", "{", "[", "<"].contains(scalar) || PythonWhitespace.contains(scalar) {
                finish()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        finish()
        return try interpreter.string(result)
    }

    static let truncate: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("truncate", ["length", "killwords", "end", "leeway"])
        let length = try bound[0].integer("truncate", or: 255)
        let end = bound[2] ?? .string("...")
        let endCount = try interpreter.length(of: end)
        let leeway = try bound[3].index("truncate", or: 5)
        guard length >= endCount, leeway >= 0 else {
            throw ChatTemplateError(.value, "truncate needs a length of at least its end's and no negative leeway")
        }
        if try interpreter.length(of: value) <= length &+ leeway { return value }
        var kept = try interpreter.slice(value, nil, length - endCount, nil)
        if !(bound[1]?.isTrue ?? false) {
            guard kept.text != nil else { throw ChatTemplateError(.type, "truncate needs a string") }
            let parts = try interpreter.callTextMethod("rsplit", kept, [.string(" "), .integer(1)])
            kept = try interpreter.item(.integer(0), of: parts)
        }
        return try interpreter.compute(.add, kept, end)
    }

    static let wordCount: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("wordcount", [])
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count * 4)
        var (count, inWord) = (0, false)
        for scalar in text.unicodeScalars {
            let isWord = scalar == "_" || StringPredicates.isAlphanumeric(scalar)
            if isWord && !inWord { count += 1 }
            inWord = isWord
        }
        return .integer(count)
    }
}
