/// Filters that make text.
enum TextFilters {
    static func recase(_ method: String) -> Filters.Filter {
        { (interpreter, value, arguments) throws(ChatTemplateError) in
            _ = try arguments.bind(method, [])
            return try StringMethods.call(method, try interpreter.text(of: value), Arguments(), interpreter)
        }
    }

    static let center: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let width = try arguments.bind("center", ["width"])[0] ?? .integer(80)
        return try StringMethods.call(
            "center", try interpreter.text(of: value), Arguments(positional: [width]), interpreter)
    }

    static let escape: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("escape", [])
        if case .markup = value { return value }
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count * 5)
        return .markup(text.htmlEscaped)
    }

    static let safe: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        .markup(try interpreter.text(of: value))
    }

    static let string: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        if case .markup = value { return value }
        return try interpreter.string(try interpreter.text(of: value))
    }

    static let format: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        guard arguments.positional.isEmpty || arguments.named.isEmpty else {
            throw ChatTemplateError(.type, "can't handle positional and keyword arguments at the same time")
        }
        let parameters: Value =
            arguments.named.isEmpty
            ? try interpreter.tuple(arguments.positional)
            : try interpreter.dict(arguments.named.map { (.string($0.name), $0.value) })
        return try interpreter.string(
            try PercentFormat.format(try interpreter.text(of: value), parameters, interpreter))
    }

    static let indent: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("indent", ["width", "first", "blank"])
        guard let text = value.text else {
            throw ChatTemplateError(.type, "indent needs a string, got \(value.typeName)")
        }
        let width = bound[0]?.text != nil ? 0 : try bound[0].integer("indent", or: 4)
        try interpreter.charge(bytes: max(0, width))
        let indention = bound[0]?.text ?? String(repeating: " ", count: max(0, width))
        let indentsBlank = bound[2]?.isTrue ?? false
        let lines = (text + "\n").lines()
        let (growth, overflow) = lines.count.multipliedReportingOverflow(by: indention.utf8.count)
        try interpreter.charge(bytes: overflow ? .max : text.utf8.count + growth)
        var result = bound[1]?.isTrue ?? false ? indention : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if indentsBlank || !line.isEmpty { result += indention }
            }
            result += line
        }
        return try interpreter.string(result)
    }

    static let replace: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("replace", ["old", "new", "count"])
        let old = try interpreter.text(of: try bound[0].required("replace", "old"))
        let new = try interpreter.text(of: try bound[1].required("replace", "new"))
        let count = try bound[2].integer("replace", or: -1)
        return try StringMethods.replace(try interpreter.text(of: value), old, new, count, interpreter)
    }

    static let trim: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count)
        switch try arguments.bind("trim", ["chars"])[0] {
        case nil, .some(.none): return .string(text.stripped(nil))
        case let characters: return .string(text.stripped(try characters.text("trim", or: "")))
        }
    }

    /// Words begin after `-`, `(`, `{`, `[`, `<` and whitespace only.
    static let title: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("title", [])
        let text = try interpreter.text(of: value)
        var (result, startsWord) = ("", true)
        for scalar in text.unicodeScalars {
            let isBreak = ["-", "(", "{", "[", "<"].contains(scalar) || PythonWhitespace.contains(scalar)
            result += startsWord ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
            startsWord = isBreak
        }
        return try interpreter.string(result)
    }

    static let truncate: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("truncate", ["length", "killwords", "end", "leeway"])
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count)
        let length = try bound[0].integer("truncate", or: 255)
        let end = try bound[2].text("truncate", or: "...")
        let leeway = try bound[3].integer("truncate", or: 5)
        guard length >= end.scalarCount, leeway >= 0 else {
            throw ChatTemplateError(.value, "truncate needs a length of at least its end's and no negative leeway")
        }
        if text.scalarCount <= length &+ leeway { return value }
        var kept = String(String.UnicodeScalarView(text.unicodeScalars.prefix(length - end.scalarCount)))
        if !(bound[1]?.isTrue ?? false) { kept = kept.split(by: " ", limit: 1, fromRight: true)[0] }
        return try interpreter.string(kept + end)
    }

    static let stripTags: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        let bytes = Array(try interpreter.text(of: value).utf8)
        var (kept, index): ([UInt8], Int) = ([], 0)
        var nextComment = true
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<") {
                if nextComment, bytes[index...].starts(with: "<!--".utf8) {
                    let end = String(decoding: bytes[(index + 4)...], as: UTF8.self).occurrences(of: "-->", limit: 1)
                    nextComment = !end.isEmpty
                    if let end = end.first {
                        index += 4 + end + 3
                        continue
                    }
                }
                if let end = bytes[index...].firstIndex(of: UInt8(ascii: ">")) {
                    index = end + 1
                    continue
                }
                kept += bytes[index...]
                break
            }
            kept.append(bytes[index])
            index += 1
        }
        let words = String(decoding: kept, as: UTF8.self).splitAtWhitespace(limit: .max, fromRight: false)
        return try interpreter.string(htmlUnescaped(words.joined(separator: " ")))
    }

    private static func htmlUnescaped(_ text: String) -> String {
        var result = text
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&amp;", "&"),
        ] { result = result.replacing(entity, with: character, limit: .max) }
        return result
    }

    static let urlEncode: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        let text = try interpreter.text(of: value)
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.properties.isAlphabetic && byte < 0x80 || "0123456789_.-~/".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += byte < 16 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return try interpreter.string(result)
    }

    static let wordCount: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        let text = try interpreter.text(of: value)
        try interpreter.charge(bytes: text.utf8.count)
        var (count, inWord) = (0, false)
        for scalar in text.unicodeScalars {
            let isWord = scalar == "_" || StringPredicates.evaluate("isalnum", String(scalar)) ?? false
            if isWord && !inWord { count += 1 }
            inWord = isWord
        }
        return .integer(count)
    }

    static let toJSON: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
        var dump = JSONDump()
        dump.ensuresASCII = bound[0]?.isTrue ?? false
        switch bound[1] {
        case nil, .some(.none): break
        case let indent?:
            let width = indent.text == nil ? try bound[1].integer("tojson", or: 0) : 0
            try interpreter.charge(value.extent.weight, bytes: max(0, width) &* value.extent.weight)
            dump.indent = indent.text ?? String(repeating: " ", count: max(0, width))
            dump.itemSeparator = ","
        }
        switch bound[2] {
        case nil, .some(.none): break
        case let separators?:
            let parts = try interpreter.elements(of: separators)
            guard parts.count == 2, let item = parts[0].text, let key = parts[1].text else {
                throw ChatTemplateError(.type, "tojson's separators are two strings")
            }
            (dump.itemSeparator, dump.keySeparator) = (item, key)
        }
        dump.sortsKeys = bound[3]?.isTrue ?? false
        try interpreter.charge(value.extent.weight)
        return try interpreter.string(try dump.text(of: value))
    }
}
