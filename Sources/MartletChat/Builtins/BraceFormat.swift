/// Python's `str.format`.
struct BraceFormat {
    private let arguments: Arguments
    private let interpreter: Interpreter
    private var next = 0

    /// The formatted text.
    static func format(
        _ format: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> String {
        var formatter = BraceFormat(arguments: arguments, interpreter: interpreter)
        return try formatter.expand(Array(format.unicodeScalars), level: 0)
    }

    private init(arguments: Arguments, interpreter: Interpreter) {
        self.arguments = arguments
        self.interpreter = interpreter
    }

    private mutating func expand(_ scalars: [Unicode.Scalar], level: Int) throws(ChatTemplateError) -> String {
        guard level <= 2 else { throw ChatTemplateError(.value, "Max string recursion exceeded") }
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "{" || scalar == "}" else {
                result.append(scalar)
                continue
            }
            if index < scalars.count, scalars[index] == scalar {
                result.append(scalar)
                index += 1
                continue
            }
            guard scalar == "{", let end = Self.fieldEnd(scalars, from: index) else {
                throw ChatTemplateError(.value, "Single '\(scalar)' encountered in format string")
            }
            let text = try field(Array(scalars[index..<end]), level: level)
            try interpreter.charge(1, bytes: text.utf8.count)
            result.append(contentsOf: text.unicodeScalars)
            index = end + 1
        }
        return String(result)
    }

    private static func fieldEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var depth = 1
        for index in start..<scalars.count {
            if scalars[index] == "{" { depth += 1 }
            if scalars[index] == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// One field: `name!conversion:specification`.
    private mutating func field(_ scalars: [Unicode.Scalar], level: Int) throws(ChatTemplateError) -> String {
        let nameEnd = scalars.firstIndex { $0 == ":" || $0 == "!" } ?? scalars.count
        var value = try value(named: Self.text(scalars[..<nameEnd]))
        var rest = scalars[nameEnd...]
        if rest.first == "!" {
            let conversion = rest.dropFirst().first
            value = .string(conversion == "r" || conversion == "a" ? value.repr : try interpreter.text(of: value))
            rest = rest.dropFirst(2)
        }
        guard rest.isEmpty || rest.first == ":" else {
            throw ChatTemplateError(.value, "expected ':' after conversion specifier")
        }
        let specification = try expand(Array(rest.dropFirst()), level: level + 1)
        if specification.isEmpty { return try interpreter.text(of: value) }
        return try Self.parse(specification).apply(to: value, interpreter)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    /// The value of `0.attribute[key]`.
    private mutating func value(named name: String) throws(ChatTemplateError) -> Value {
        let pathStart = name.firstIndex { $0 == "." || $0 == "[" } ?? name.endIndex
        var value = try argument(String(name[..<pathStart]))
        var rest = name[pathStart...]
        while let mark = rest.first {
            rest.removeFirst()
            if mark == "[" {
                guard let close = rest.firstIndex(of: "]") else {
                    throw ChatTemplateError(.value, "Missing ']' in format string")
                }
                let key = String(rest[..<close])
                value = try interpreter.item(Int(key).map(Value.integer) ?? .string(key), of: value)
                rest = rest[rest.index(after: close)...]
            } else {
                let end = rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
                value = try interpreter.attribute(String(rest[..<end]), of: value)
                rest = rest[end...]
            }
        }
        return value
    }

    private mutating func argument(_ name: String) throws(ChatTemplateError) -> Value {
        if name.isEmpty || Int(name) != nil {
            let index = Int(name) ?? next
            if name.isEmpty { next += 1 }
            guard arguments.positional.indices.contains(index) else {
                throw ChatTemplateError(
                    .value, "Replacement index \(index) out of range for positional args tuple")
            }
            return arguments.positional[index]
        }
        guard let value = arguments.named.first(where: { $0.name == name })?.value else {
            throw ChatTemplateError(.value, "format() misses the argument '\(name)'")
        }
        return value
    }

    /// `[[fill]align][sign][#][0][width][,][.precision][type]`.
    private static func parse(_ text: String) throws(ChatTemplateError) -> FormatSpecification {
        var specification = FormatSpecification()
        var rest = Array(text.unicodeScalars)[...]
        let alignments = "<>^=".unicodeScalars
        if rest.count > 1, alignments.contains(rest[rest.startIndex + 1]) {
            specification.fill = rest.removeFirst()
            specification.alignment = rest.removeFirst()
        } else if let first = rest.first, alignments.contains(first) {
            specification.alignment = rest.removeFirst()
        }
        if let first = rest.first, "+- ".unicodeScalars.contains(first) { specification.sign = rest.removeFirst() }
        if rest.first == "#" {
            specification.isAlternate = true
            rest.removeFirst()
        }
        if rest.first == "0", specification.alignment == nil {
            (specification.fill, specification.alignment) = ("0", "=")
        }
        specification.width = try number(&rest) ?? 0
        if let first = rest.first, first == "," || first == "_" { specification.groupSeparator = rest.removeFirst() }
        if rest.first == "." {
            rest.removeFirst()
            specification.precision = try number(&rest)
        }
        specification.type = rest.popFirst()
        guard rest.isEmpty else { throw ChatTemplateError(.value, "Invalid format specifier '\(text)'") }
        return specification
    }

    private static func number(_ rest: inout ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> Int? {
        var value: Int?
        while let first = rest.first, (0x30...0x39).contains(first.value) {
            value = (value ?? 0) * 10 + Int(first.value - 0x30)
            rest.removeFirst()
            guard value ?? 0 <= FormatSpecification.maxSize else {
                throw ChatTemplateError(.limit, "a format is wider than \(FormatSpecification.maxSize)")
            }
        }
        return value
    }
}

extension FormatSpecification {
    fileprivate func apply(to value: Value, _ interpreter: Interpreter) throws(ChatTemplateError) -> String {
        if let text = value.text {
            guard type == nil || type == "s", alignment != "=" else {
                throw ChatTemplateError(.value, "Unknown format code for object of type 'str'")
            }
            return format(text: text)
        }
        guard value.number != nil else {
            throw ChatTemplateError(.type, "unsupported format string passed to \(value.typeName).__format__")
        }
        return try format(number: value)
    }
}
