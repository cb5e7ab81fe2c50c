import Martlet
import MartletGrammar
import MartletJSON

/// The constraints of `structured_outputs`, by their fields.
enum ConstraintKind: String, CaseIterable {
    case json, regex, choice, grammar
    case jsonObject = "json_object"
    case structuralTag = "structural_tag"

    /// All names, for messages.
    static var list: String { allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ") }

    /// Objects and arrays of a schema may nest so deep; as vLLM.
    static let maxNesting = 64
    /// A structural tag wraps schemas into so many more.
    static let tagNesting = 16

    /// The constraint that a field's value means.
    ///
    /// **Throws** for values that cannot be one; what a schema, regex or grammar says is for its compiler to judge.
    func output(_ value: JSONValue, param: String) throws(APIError) -> StructuredOutput {
        StructuredOutput(try specification(value, param), param: param)
    }

    private func specification(_ value: JSONValue, _ param: String) throws(APIError) -> GrammarSpecification {
        switch self {
        case .json: return .jsonSchema(try Self.document(value, param, maxNesting: Self.maxNesting))
        case .structuralTag:
            return .structuralTag(try Self.document(value, param, maxNesting: Self.maxNesting + Self.tagNesting))
        case .jsonObject:
            guard value == true else {
                throw .badRequest("`\(param)` must be true where it is set", param: param, code: "invalid_value")
            }
            return .jsonObject
        case .choice: return .choice(try Self.choices(value, param))
        case .regex:
            let pattern = try Self.text(value, param)
            guard !pattern.utf8.contains(0) else {
                throw .badRequest("`\(param)` must not contain a NUL character", param: param, code: "invalid_value")
            }
            return .regex(pattern)
        case .grammar:
            let source = try Self.text(value, param)
            guard !source.allSatisfy(\.isWhitespace) else { throw Self.empty(param) }
            return .grammar(source)
        }
    }

    private static func text(_ value: JSONValue, _ param: String) throws(APIError) -> String {
        guard let text = value.stringValue else { throw mismatch(value, param, expected: "a string") }
        return text
    }

    private static func choices(_ value: JSONValue, _ param: String) throws(APIError) -> [String] {
        guard case .array(let elements) = value else {
            throw mismatch(value, param, expected: "an array of strings")
        }
        guard !elements.isEmpty else { throw empty(param) }
        var choices: [String] = []
        for element in elements { choices.append(try text(element, param)) }
        return choices
    }

    /// A JSON document, or the text of one.
    private static func document(
        _ value: JSONValue, _ param: String, maxNesting: Int
    ) throws(APIError) -> JSONValue {
        var document = value
        if case .string(let text) = value {
            guard !text.allSatisfy(\.isWhitespace) else { throw empty(param) }
            do {
                document = try JSONReader.parse(text)
            } catch {
                throw .badRequest("`\(param)` is no JSON: \(error)", param: param, code: "invalid_value")
            }
        }
        switch document {
        case .object, .bool: break
        default: throw mismatch(document, param, expected: "an object, or the text of one")
        }
        guard !document.isNested(deeperThan: maxNesting) else {
            throw .badRequest(
                "`\(param)` is nested too deeply: objects and arrays may nest at most \(maxNesting) levels",
                param: param, code: "invalid_value")
        }
        return document
    }

    private static func empty(_ param: String) -> APIError {
        .badRequest("`\(param)` must not be empty", param: param, code: "invalid_value")
    }

    private static func mismatch(_ value: JSONValue, _ param: String, expected: String) -> APIError {
        .badRequest(
            "`\(param)` must be \(expected); this is of type \(value.kindName)", param: param, code: "invalid_type")
    }
}

extension JSONValue {
    /// Whether objects and arrays nest in more than `limit` levels.
    fileprivate func isNested(deeperThan limit: Int) -> Bool {
        var level = [self]
        for _ in 0...limit {
            level = level.flatMap { value in
                switch value {
                case .object(let object): object.map(\.value).filter(\.isContainer)
                case .array(let elements): elements.filter(\.isContainer)
                default: [JSONValue]()
                }
            }
            if level.isEmpty { return false }
        }
        return true
    }

    private var isContainer: Bool {
        switch self {
        case .object, .array: true
        default: false
        }
    }
}
