import MartletGrammar
import MartletJSON

/// One line of `martlet grammar check`.
struct GrammarLine {
    var specification: GrammarSpecification
    var options = GrammarOptions()
    var texts: [String] = []

    private static let kinds = ["schema", "regex", "grammar", "choice", "structural_tag", "json_object"]

    /// `anyPropertyOrder` is what holds where the line does not say it.
    ///
    /// **Throws** for an object without exactly one constraint, and for members of the wrong kind.
    init(_ object: JSONObject, anyPropertyOrder: Bool) throws(CLIError) {
        let given = Self.kinds.filter { object[$0] != nil }
        guard given.count == 1, let value = object[given[0]] else {
            throw CLIError("expected exactly one of \(Self.kinds.joined(separator: ", "))")
        }
        specification = try Self.specification(given[0], value)
        if let texts = object["texts"] { self.texts = try Self.strings(texts, "texts") }
        options.anyPropertyOrder = anyPropertyOrder
        try readOptions(object)
    }

    private static func specification(_ kind: String, _ value: JSONValue) throws(CLIError) -> GrammarSpecification {
        switch kind {
        case "schema": return .jsonSchema(value)
        case "structural_tag": return .structuralTag(value)
        case "choice": return .choice(try strings(value, kind))
        case "json_object":
            guard value == true else { throw CLIError("json_object must be true") }
            return .jsonObject
        default:
            guard let text = value.stringValue else { throw CLIError("\(kind) must be a string") }
            return kind == "regex" ? .regex(text) : .grammar(text)
        }
    }

    private mutating func readOptions(_ object: JSONObject) throws(CLIError) {
        if let pattern = object["whitespace_pattern"] {
            guard let text = pattern.stringValue else { throw CLIError("whitespace_pattern must be a string") }
            options.whitespace = .pattern(text)
        }
        if try Self.bool(object, "disable_any_whitespace") { options.whitespace = .none }
        options.disableAdditionalProperties = try Self.bool(object, "disable_additional_properties")
        if let order = object["any_property_order"], !order.isNull {
            options.anyPropertyOrder = try Self.bool(object, "any_property_order")
        }
        if let ignored = object["ignored_keywords"] {
            options.ignorableKeywords = Set(try Self.strings(ignored, "ignored_keywords"))
        }
    }

    private static func bool(_ object: JSONObject, _ key: String) throws(CLIError) -> Bool {
        guard let value = object[key], !value.isNull else { return false }
        guard let flag = value.boolValue else { throw CLIError("\(key) must be true or false") }
        return flag
    }

    private static func strings(_ value: JSONValue, _ key: String) throws(CLIError) -> [String] {
        guard let elements = value.arrayValue else { throw CLIError("\(key) must be an array of strings") }
        var texts: [String] = []
        for element in elements {
            guard let text = element.stringValue else { throw CLIError("\(key) must be an array of strings") }
            texts.append(text)
        }
        return texts
    }
}
