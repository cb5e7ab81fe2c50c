/// Python's `str.format` in the sandbox.
///
/// **Source** Python's `string.Formatter`, jinja2 3.1 `SandboxedFormatter`, markupsafe 3 `EscapeFormatter`.
struct BraceFormat {
    private let arguments: Arguments
    /// Whether values are escaped for HTML, as marked strings want it.
    private let escapes: Bool
    private let interpreter: Interpreter
    private var numbering = Numbering.open(0)

    /// Fields are numbered all by the text or all in order.
    private enum Numbering {
        /// In order so far; the next number.
        case open(Int)
        case manual
    }

    /// The formatted text.
    static func format(
        _ format: String, _ arguments: Arguments, escaping: Bool, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> String {
        var formatter = BraceFormat(arguments: arguments, escapes: escaping, interpreter: interpreter)
        return try formatter.expand(Array(format.unicodeScalars), level: 0)
    }

    private init(arguments: Arguments, escapes: Bool, interpreter: Interpreter) {
        self.arguments = arguments
        self.escapes = escapes
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
            guard scalar == "{", index < scalars.count else {
                throw ChatTemplateError(.value, "Single '\(scalar)' encountered in format string")
            }
            guard let end = Self.fieldEnd(scalars, from: index) else {
                throw ChatTemplateError(.value, "expected '}' before end of string")
            }
            let text = try field(Array(scalars[index..<end]), level: level)
            try interpreter.charge(end - index, bytes: text.utf8.count)
            result.append(contentsOf: text.unicodeScalars)
            index = end + 1
        }
        return String(result)
    }

    private static func fieldEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var (depth, isInKey) = (1, false)
        for index in start..<scalars.count {
            switch scalars[index] {
            case "[": isInKey = true
            case "]": isInKey = false
            case "{" where !isInKey: depth += 1
            case "}" where !isInKey: depth -= 1
            default: break
            }
            if depth == 0 { return index }
        }
        return nil
    }

    /// One field: `name!conversion:specification`.
    private mutating func field(_ scalars: [Unicode.Scalar], level: Int) throws(ChatTemplateError) -> String {
        let nameEnd = try Self.nameEnd(scalars)
        var value = try value(named: Self.text(scalars[..<nameEnd]))
        var rest = scalars[nameEnd...]
        if rest.first == "!" {
            value = try convert(value, rest.dropFirst().first)
            rest = rest.dropFirst(2)
            guard rest.isEmpty || rest.first == ":" else {
                throw ChatTemplateError(.value, "expected ':' after conversion specifier")
            }
        }
        let specification = try expand(Array(rest.dropFirst()), level: level + 1)
        guard escapes else { return try FormatSpecification.format(value, specification, interpreter) }
        if case .markup(let text) = value {
            guard specification.isEmpty else {
                throw ChatTemplateError(.value, "Unsupported format specification for Markup.")
            }
            return text
        }
        return try FormatSpecification.format(value, specification, interpreter).htmlEscaped
    }

    private static func nameEnd(_ scalars: [Unicode.Scalar]) throws(ChatTemplateError) -> Int {
        var isInKey = false
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "[": isInKey = true
            case "]": isInKey = false
            case "{" where !isInKey: throw ChatTemplateError(.value, "unexpected '{' in field name")
            case ":" where !isInKey, "!" where !isInKey: return index
            default: break
            }
        }
        return scalars.count
    }

    private func convert(_ value: Value, _ conversion: Unicode.Scalar?) throws(ChatTemplateError) -> Value {
        let text = try interpreter.text(of: value)
        switch conversion {
        case "s": return value.isMarkup ? value : .string(text)
        case "r": return .string(value.repr)
        case "a": return .string(value.repr.asciiEscaped)
        default: throw ChatTemplateError(.value, "Unknown conversion specifier")
        }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    /// The value of `0.attribute[key]`.
    private mutating func value(named name: String) throws(ChatTemplateError) -> Value {
        let scalars = Array(name.unicodeScalars)
        let pathStart = scalars.firstIndex { $0 == "." || $0 == "[" } ?? scalars.count
        var value = try argument(Self.text(scalars[..<pathStart]), isWhole: pathStart == scalars.count)
        var index = pathStart
        while index < scalars.count {
            let mark = scalars[index]
            index += 1
            let rest = scalars[index...]
            if mark == "[" {
                guard let close = rest.firstIndex(of: "]"), close > index else {
                    throw ChatTemplateError(.value, "Missing ']' in format string")
                }
                let key = Self.text(scalars[index..<close])
                value = try interpreter.item(Self.number(key).map(Value.integer) ?? .string(key), of: value)
                index = close + 1
                guard index == scalars.count || scalars[index] == "." || scalars[index] == "[" else {
                    throw ChatTemplateError(.value, "Only '.' or '[' may follow ']' in format field specifier")
                }
            } else {
                let end = rest.firstIndex { $0 == "." || $0 == "[" } ?? scalars.count
                guard end > index else { throw ChatTemplateError(.value, "Empty attribute in format string") }
                value = try interpreter.attribute(Self.text(scalars[index..<end]), isMember: false, of: value)
                index = end
            }
        }
        return value
    }

    /// A number in digits only.
    private static func number(_ text: String) -> Int? {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    private mutating func argument(_ name: String, isWhole: Bool) throws(ChatTemplateError) -> Value {
        var index = Self.number(name)
        switch numbering {
        case .open(let next) where isWhole && name.isEmpty:
            index = next
            numbering = .open(next + 1)
        case .open(let next) where isWhole && index != nil:
            guard next == 0 else {
                throw ChatTemplateError(.value, "cannot switch from automatic field numbering to manual")
            }
            numbering = .manual
        case .manual where isWhole && name.isEmpty:
            throw ChatTemplateError(.value, "cannot switch from manual field specification to automatic numbering")
        default: break
        }
        if let index {
            guard arguments.positional.indices.contains(index) else {
                throw ChatTemplateError(
                    .value, "Replacement index \(index) out of range for positional args tuple")
            }
            return arguments.positional[index]
        }
        guard let value = arguments.named.first(where: { $0.name.isSame(as: name) })?.value else {
            throw ChatTemplateError(.value, "format() misses the argument '\(name)'")
        }
        return value
    }
}
