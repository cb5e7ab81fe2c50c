/// Python's string methods.
enum StringMethods {
    static let names: Set<String> = [
        "upper", "lower", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "split",
        "rsplit", "splitlines", "startswith", "endswith", "removeprefix", "removesuffix", "replace", "find", "rfind",
        "index", "rindex", "count", "join", "format", "partition", "rpartition", "center", "ljust", "rjust", "zfill",
        "expandtabs", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
        "isprintable", "isspace", "istitle", "isupper", "format_map", "translate", "maketrans", "encode",
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
            let bound = try arguments.bindPositional(name, ["old", "new", "count"])
            let old = try bound[0].required(name, "old")
            let new = try bound[1].required(name, "new")
            guard let old = old.text, let new = new.text else {
                throw ChatTemplateError(.type, "replace() arguments must be str")
            }
            return try replace(text, old, new, try bound[2].integer(name, or: -1), interpreter)
        case "find", "rfind", "index", "rindex", "count": return try search(name, text, arguments, interpreter)
        case "join": return try join(text, arguments, interpreter)
        case "format", "format_map":
            return try interpreter.string(
                try BraceFormat.format(text, try formatArguments(name, arguments), escaping: false, interpreter))
        case "partition", "rpartition": return try partition(name, text, arguments, interpreter)
        case "center", "ljust", "rjust": return try pad(name, text, arguments, interpreter)
        case "zfill":
            let width = try arguments.bindPositional(name, ["width"])[0].required(name, "width")
            return .string(try zeroFilled(text, try Optional(width).integer(name, or: 0), interpreter))
        case "expandtabs":
            return try expandTabs(text, try arguments.bind(name, ["tabsize"])[0].integer(name, or: 8), interpreter)
        case "translate": return try translate(text, arguments, interpreter)
        case "maketrans": return try makeTable(arguments, interpreter)
        case "encode": throw ChatTemplateError(.type, "encode() makes bytes, which are not supported")
        default:
            _ = try arguments.bind(name, [])
            if let answer = StringPredicates.evaluate(name, text) { return .bool(answer) }
            return try interpreter.string(recased(name, text))
        }
    }

    static func recased(_ name: String, _ text: String) -> String {
        switch name {
        case "upper": text.pythonUpper
        case "title": text.pythonTitle
        case "capitalize": text.pythonCapitalized
        case "swapcase": text.pythonSwapped
        case "casefold": text.pythonFolded
        default: text.pythonLower
        }
    }

    /// The arguments of `format`, into which those of `format_map` are turned.
    static func formatArguments(_ name: String, _ arguments: Arguments) throws(ChatTemplateError) -> Arguments {
        guard name == "format_map" else { return arguments }
        let mapping = try arguments.bindPositional(name, ["mapping"])[0].required(name, "mapping")
        guard case .dict(let dict) = mapping else {
            throw ChatTemplateError(.type, "format_map() needs a mapping, got \(mapping.typeName)")
        }
        return Arguments(named: dict.entries.compactMap { entry in entry.key.text.map { ($0, entry.value) } })
    }

    private static func argument(_ name: String, _ arguments: Arguments) throws(ChatTemplateError) -> String {
        let parameter = name == "removesuffix" ? "suffix" : "argument"
        let value = try arguments.bindPositional(name, [parameter])[0].required(name, parameter)
        return try Optional(value).text(name, or: "")
    }

    private static func characters(_ name: String, _ arguments: Arguments) throws(ChatTemplateError) -> String? {
        switch try arguments.bindPositional(name, ["chars"])[0] {
        case nil, .some(.none): return nil
        case let value: return try value.text(name, or: "")
        }
    }

    private static func join(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let iterable = try arguments.bindPositional("join", ["iterable"])[0].required("join", "iterable")
        var texts: [String] = []
        for part in try interpreter.elements(of: iterable) {
            guard let part = part.text else {
                throw ChatTemplateError(
                    .type, "sequence item \(texts.count): expected str instance, \(part.typeName) found")
            }
            try interpreter.charge(bytes: part.utf8.count + text.utf8.count)
            texts.append(part)
        }
        try interpreter.charge(bytes: texts.reduce(text.utf8.count * texts.count) { $0 + $1.utf8.count })
        return try interpreter.string(texts.joined(separator: text))
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
        let bound = try arguments.bindPositional(name, ["affix", "start", "end"])
        var candidates = [try bound[0].required(name, "affix")]
        if case .tuple(let list) = candidates[0] { candidates = list.elements }
        var text = text
        if bound[1] != nil || bound[2] != nil {
            let start = try bound[1].index(name, or: 0)
            if start > text.scalarCount { return .bool(false) }
            let sliced = try interpreter.slice(.string(text), start, try bound[2].index(name, or: .max), nil)
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
        let bound = try arguments.bindPositional(name, ["sub", "start", "end"])
        let needle = try Optional(try bound[0].required(name, "sub")).text(name, or: "")
        var (region, from) = (text, 0)
        var isBeyond = false
        if bound[1] != nil || bound[2] != nil {
            let scalars = Array(text.unicodeScalars)
            let start = try bound[1].index(name, or: 0)
            let bounds = try SliceBounds(start, try bound[2].index(name, or: .max), nil, count: scalars.count)
            // Even nothing is not found where the end comes before the start.
            isBeyond = start > scalars.count || bounds.stop < bounds.start
            var part = String.UnicodeScalarView()
            part.append(contentsOf: scalars[bounds.start..<max(bounds.start, bounds.stop)])
            (region, from) = (String(part), bounds.start)
        }
        if name == "count" {
            if isBeyond { return .integer(0) }
            return .integer(needle.isEmpty ? region.scalarCount + 1 : region.occurrences(of: needle).count)
        }
        if let hit = isBeyond ? nil : Self.hit(needle, in: region, fromRight: name.hasPrefix("r")) {
            return .integer(from + region.bytes(0..<hit).scalarCount)
        }
        if name.hasSuffix("index") { throw ChatTemplateError(.value, "substring not found") }
        return .integer(-1)
    }

    private static func hit(_ needle: String, in region: String, fromRight: Bool) -> Int? {
        if needle.isEmpty { return fromRight ? region.utf8.count : 0 }
        return fromRight
            ? region.occurrencesFromRight(of: needle, limit: 1).first : region.occurrences(of: needle, limit: 1).first
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
        let bound = try arguments.bindPositional(name, ["width", "fill"])
        let width = try Optional(try bound[0].required(name, "width")).integer(name, or: 0)
        let fill = try bound[1].text(name, or: " ")
        guard fill.scalarCount == 1 else {
            throw ChatTemplateError(.type, "the fill character must be exactly one character long")
        }
        let count = text.scalarCount
        guard width > count else { return .string(text) }
        try interpreter.charge(product: width, fill.utf8.count)
        func filling(_ count: Int) -> String { String(repeating: fill, count: count) }
        let missing = width - count
        switch name {
        case "ljust": return .string(text + filling(missing))
        case "rjust": return .string(filling(missing) + text)
        default:
            // CPython's rule for which side gets the odd one.
            let left = missing / 2 + (missing & width & 1)
            return .string(filling(left) + text + filling(missing - left))
        }
    }

    private static func zeroFilled(
        _ text: String, _ width: Int, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> String {
        let count = text.scalarCount
        guard width > count else { return text }
        try interpreter.charge(product: width, 1)
        let zeros = String(repeating: "0", count: width - count)
        let hasSign = text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+")
        return hasSign ? text.bytes(0..<1) + zeros + text.bytes(1..<text.utf8.count) : zeros + text
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

    /// `translate` with a dict from code points to code points, strings or none.
    private static func translate(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let table = try arguments.bindPositional("translate", ["table"])[0].required("translate", "table")
        var result = ""
        for scalar in text.unicodeScalars {
            let entry = try interpreter.tableEntry(table, scalar)
            switch entry {
            case nil: result.unicodeScalars.append(scalar)
            case .some(.none): break
            case .some(let replacement):
                if let text = replacement.text {
                    try interpreter.charge(bytes: text.utf8.count)
                    result += text
                } else if let scalar = replacement.integer.flatMap(UInt32.init(exactly:)).flatMap(Unicode.Scalar.init) {
                    result.unicodeScalars.append(scalar)
                } else {
                    throw ChatTemplateError(.type, "character mapping must return integer, None or str")
                }
            }
        }
        return try interpreter.string(result)
    }

    private static func makeTable(
        _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let bound = try arguments.bindPositional("maketrans", ["x", "y", "z"])
        let first = try bound[0].required("maketrans", "x")
        var entries: [(key: Value, value: Value)] = []
        if case .dict(let dict) = first, bound[1] == nil {
            for (key, value) in dict.entries {
                guard key.integer != nil || key.text?.scalarCount == 1 else {
                    throw ChatTemplateError(.type, "keys in translate table must be strings of length 1 or integers")
                }
                let code = key.text.map { Int($0.unicodeScalars.first!.value) }
                entries.append((code.map { .integer($0) } ?? key, value))
            }
            return try interpreter.dict(entries)
        }
        guard let from = first.text, let to = bound[1]?.text, from.scalarCount == to.scalarCount else {
            throw ChatTemplateError(.value, "maketrans() needs a dict or two strings of equal length")
        }
        for (old, new) in zip(from.unicodeScalars, to.unicodeScalars) {
            entries.append((.integer(Int(old.value)), .integer(Int(new.value))))
        }
        for scalar in try bound[2].text("maketrans", or: "").unicodeScalars {
            entries.append((.integer(Int(scalar.value)), .none))
        }
        return try interpreter.dict(entries)
    }
}

extension Interpreter {
    /// What a translation table has for a character; nil where it has nothing.
    fileprivate func tableEntry(_ table: Value, _ scalar: Unicode.Scalar) throws(ChatTemplateError) -> Value? {
        try charge()
        let key = Value.integer(Int(scalar.value))
        switch table {
        case .dict(let dict): return dict[key]
        case .list, .tuple, .string, .markup:
            let entry = try item(key, of: table)
            return entry.isUndefined ? nil : entry
        default: throw ChatTemplateError(.type, "'\(table.typeName)' object is not subscriptable")
        }
    }
}
