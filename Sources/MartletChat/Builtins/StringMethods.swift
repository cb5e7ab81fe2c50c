/// Python's string methods.
enum StringMethods {
    static let names: Set<String> = [
        "upper", "lower", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "split",
        "rsplit", "splitlines", "startswith", "endswith", "removeprefix", "removesuffix", "replace", "find", "rfind",
        "index", "rindex", "count", "join", "format", "partition", "rpartition", "center", "ljust", "rjust", "zfill",
        "expandtabs", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
        "isprintable", "isspace", "istitle", "isupper",
    ]

    static func call(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        try interpreter.charge(bytes: text.utf8.count)
        switch name {
        case "strip", "lstrip", "rstrip":
            let characters = try characters(name, arguments)
            return .string(text.stripped(characters, left: name != "rstrip", right: name != "lstrip"))
        case "split", "rsplit": return try split(name, text, arguments, interpreter)
        case "splitlines":
            let keepEnds = try arguments.bind(name, ["keepends"])[0]?.isTrue ?? false
            return try interpreter.list(text.lines(keepingEnds: keepEnds).map { .string($0) })
        case "startswith", "endswith": return try affix(name, text, arguments, interpreter)
        case "removeprefix":
            let prefix = try argument(name, arguments)
            return .string(text.starts(with: prefix) ? text.bytes(prefix.utf8.count..<text.utf8.count) : text)
        case "removesuffix":
            let suffix = try argument(name, arguments)
            return .string(text.ends(with: suffix) ? text.bytes(0..<text.utf8.count - suffix.utf8.count) : text)
        case "replace":
            let bound = try arguments.bind(name, ["old", "new", "count"])
            let old = try bound[0].required(name, "old")
            let new = try bound[1].required(name, "new")
            guard let old = old.text, let new = new.text else {
                throw ChatTemplateError(.type, "replace() arguments must be str")
            }
            return try replace(text, old, new, try bound[2].integer(name, or: -1), interpreter)
        case "find", "rfind", "index", "rindex", "count": return try search(name, text, arguments, interpreter)
        case "join":
            let parts = try interpreter.elements(
                of: try arguments.bind(name, ["iterable"])[0].required(name, "iterable"))
            var texts: [String] = []
            for part in parts {
                guard let part = part.text else {
                    throw ChatTemplateError(
                        .type, "sequence item \(texts.count): expected str instance, \(part.typeName) found")
                }
                try interpreter.charge(bytes: part.utf8.count + text.utf8.count)
                texts.append(part)
            }
            return try interpreter.string(texts.joined(separator: text))
        case "format": return try interpreter.string(try BraceFormat.format(text, arguments, interpreter))
        case "partition", "rpartition": return try partition(name, text, arguments, interpreter)
        case "center", "ljust", "rjust", "zfill", "expandtabs":
            return try pad(name, text, arguments, interpreter)
        default:
            _ = try arguments.bind(name, [])
            return StringPredicates.evaluate(name, text).map { .bool($0) } ?? .string(recased(name, text))
        }
    }

    private static func recased(_ name: String, _ text: String) -> String {
        switch name {
        case "upper": text.uppercased()
        case "title": text.pythonTitle
        case "capitalize": text.pythonCapitalized
        case "swapcase":
            text.unicodeScalars.reduce(into: "") {
                $0 += $1.properties.isUppercase ? $1.properties.lowercaseMapping : $1.properties.uppercaseMapping
            }
        default: text.lowercased()
        }
    }

    private static func argument(_ name: String, _ arguments: Arguments) throws(ChatTemplateError) -> String {
        let value = try arguments.bind(name, ["argument"])[0].required(name, "argument")
        return try Optional(value).text(name, or: "")
    }

    private static func characters(_ name: String, _ arguments: Arguments) throws(ChatTemplateError) -> String? {
        switch try arguments.bind(name, ["chars"])[0] {
        case nil, .some(.none): return nil
        case let value: return try value.text(name, or: "")
        }
    }

    static func replace(
        _ text: String, _ old: String, _ new: String, _ count: Int, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let limit = count < 0 ? Int.max : count
        let hits = old.isEmpty ? text.scalarCount + 1 : text.occurrences(of: old, limit: limit).count
        let (growth, overflow) = min(hits, limit).multipliedReportingOverflow(by: new.utf8.count)
        try interpreter.charge(bytes: overflow ? .max : text.utf8.count + growth)
        return .string(text.replacing(old, with: new, limit: limit))
    }

    private static func split(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let bound = try arguments.bind(name, ["sep", "maxsplit"])
        let count = try bound[1].integer(name, or: -1)
        let limit = count < 0 ? Int.max : count
        let parts: [String]
        switch bound[0] {
        case nil, .some(.none): parts = text.splitAtWhitespace(limit: limit, fromRight: name == "rsplit")
        case let value:
            let separator = try value.text(name, or: "")
            guard !separator.isEmpty else { throw ChatTemplateError(.value, "empty separator") }
            parts = text.split(by: separator, limit: limit, fromRight: name == "rsplit")
        }
        return try interpreter.list(parts.map { .string($0) })
    }

    private static func affix(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let bound = try arguments.bind(name, ["affix", "start", "end"])
        var candidates = [try bound[0].required(name, "affix")]
        if case .tuple(let list) = candidates[0] { candidates = list.elements }
        var text = text
        if bound[1] != nil || bound[2] != nil {
            let sliced = try interpreter.slice(
                .string(text), try bound[1].integer(name, or: 0), try bound[2].integer(name, or: .max), nil)
            text = sliced.text ?? ""
        }
        for candidate in candidates {
            guard let affix = candidate.text else {
                throw ChatTemplateError(
                    .type, "\(name) first arg must be str or a tuple of str, not \(candidate.typeName)")
            }
            if name == "startswith" ? text.starts(with: affix) : text.ends(with: affix) { return .bool(true) }
        }
        return .bool(false)
    }

    private static func search(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let bound = try arguments.bind(name, ["sub", "start", "end"])
        let needle = try Optional(try bound[0].required(name, "sub")).text(name, or: "")
        let scalars = Array(text.unicodeScalars)
        let start = try bound[1].integer(name, or: 0)
        let end = try bound[2].integer(name, or: scalars.count)
        let from = min(max(start < 0 ? start + scalars.count : start, 0), scalars.count)
        let to = min(max(end < 0 ? end + scalars.count : end, from), scalars.count)
        var part = String.UnicodeScalarView()
        part.append(contentsOf: scalars[from..<to])
        let region = String(part)
        if name == "count" {
            return .integer(needle.isEmpty ? to - from + 1 : region.occurrences(of: needle).count)
        }
        let hit: Int?
        if needle.isEmpty {
            hit = name.hasPrefix("r") ? region.utf8.count : 0
        } else if name.hasPrefix("r") {
            hit = region.occurrencesFromRight(of: needle, limit: 1).first
        } else {
            hit = region.occurrences(of: needle, limit: 1).first
        }
        if let hit { return .integer(from + region.bytes(0..<hit).scalarCount) }
        if name.hasSuffix("index") { throw ChatTemplateError(.value, "substring not found") }
        return .integer(-1)
    }

    private static func partition(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let separator = try argument(name, arguments)
        guard !separator.isEmpty else { throw ChatTemplateError(.value, "empty separator") }
        let isRight = name == "rpartition"
        let hits =
            isRight
            ? text.occurrencesFromRight(of: separator, limit: 1) : text.occurrences(of: separator, limit: 1)
        let parts: [String]
        if let hit = hits.first {
            parts = [text.bytes(0..<hit), separator, text.bytes(hit + separator.utf8.count..<text.utf8.count)]
        } else {
            parts = isRight ? ["", "", text] : [text, "", ""]
        }
        return try interpreter.tuple(parts.map { .string($0) })
    }

    private static func pad(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let bound = try arguments.bind(name, name == "zfill" || name == "expandtabs" ? ["width"] : ["width", "fill"])
        let width = try bound[0].integer(name, or: 8)
        try interpreter.charge(bytes: max(0, width))
        let missing = max(0, width - text.scalarCount)
        let fill = bound.count > 1 ? try bound[1].text(name, or: " ") : "0"
        guard fill.scalarCount == 1 else {
            throw ChatTemplateError(.type, "the fill character must be exactly one character long")
        }
        func filling(_ count: Int) -> String { String(repeating: fill, count: count) }
        switch name {
        case "ljust": return .string(text + filling(missing))
        case "rjust": return .string(filling(missing) + text)
        case "center":
            // CPython's rule for which side gets the odd one.
            let left = missing / 2 + (missing & width & 1)
            return .string(filling(left) + text + filling(missing - left))
        case "zfill":
            let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
            return .string(hasSign ? text.prefix(1) + filling(missing) + text.dropFirst() : filling(missing) + text)
        default: return try expandTabs(text, width, interpreter)
        }
    }

    private static func expandTabs(
        _ text: String, _ width: Int, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        var (result, column) = (String.UnicodeScalarView(), 0)
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                let count = width > 0 ? width - column % width : 0
                try interpreter.charge(bytes: count)
                result.append(contentsOf: repeatElement(" ", count: count))
                column += count
            } else {
                result.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return try interpreter.string(String(result))
    }
}
