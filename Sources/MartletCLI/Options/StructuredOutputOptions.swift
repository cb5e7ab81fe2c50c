import ArgumentParser
import Martlet
import MartletGrammar
import MartletJSON

/// How outputs are held to schemas and grammars; spelled as vLLM's flag.
struct StructuredOutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "JSON object of how outputs are held to schemas: disable_any_whitespace, whitespace_pattern, "
                + "disable_additional_properties, any_property_order, ignored_keywords (an array: what is not "
                + "supported may be ignored, and answers say so), enable_in_reasoning, compile_timeout (seconds).",
            valueName: "json"),
        transform: StructuredOutputsArgument.parse)
    var structuredOutputsConfig = StructuredOutputsArgument()

    /// Writes these choices into a configuration.
    func apply(to configuration: inout LLMConfiguration) {
        configuration.structuredOutputs = structuredOutputsConfig.configuration
        configuration.reasoningParser = configuration.reasoningParser ?? structuredOutputsConfig.reasoningParser
    }
}

/// `--structured-outputs-config`.
struct StructuredOutputsArgument: Equatable {
    var configuration = StructuredOutputConfiguration()
    /// vLLM's other place for `--reasoning-parser`.
    var reasoningParser: String?

    private static let backends = ["auto", "martlet"]
    private static let keys = [
        "backend", "disable_any_whitespace", "whitespace_pattern", "disable_additional_properties",
        "any_property_order", "ignored_keywords", "enable_in_reasoning", "compile_timeout", "reasoning_parser",
    ]

    /// **Throws** for text that is no JSON object, and for members that are not known or of the wrong kind.
    static func parse(_ text: String) throws -> StructuredOutputsArgument {
        let object = try JSONObjectArgument.parse(text)
        if let unknown = object.keys.first(where: { !keys.contains($0) }) {
            throw ValidationError("there is no \(unknown); known are \(keys.joined(separator: ", "))")
        }
        var argument = StructuredOutputsArgument()
        try argument.read(object)
        return argument
    }

    private mutating func read(_ object: JSONObject) throws(ValidationError) {
        if let backend = try Self.string(object, "backend"), !Self.backends.contains(backend) {
            throw ValidationError(
                "backend \(backend): there is one engine for all constraints; accepted: "
                    + Self.backends.joined(separator: ", "))
        }
        if let pattern = try Self.string(object, "whitespace_pattern") {
            configuration.options.whitespace = .pattern(pattern)
        }
        if try Self.bool(object, "disable_any_whitespace") { configuration.options.whitespace = .none }
        configuration.options.disableAdditionalProperties = try Self.bool(object, "disable_additional_properties")
        configuration.options.anyPropertyOrder = try Self.bool(object, "any_property_order")
        configuration.options.ignorableKeywords = Set(try Self.strings(object, "ignored_keywords"))
        configuration.enableInReasoning = try Self.bool(object, "enable_in_reasoning")
        reasoningParser = try Self.string(object, "reasoning_parser").flatMap { $0.isEmpty ? nil : $0 }
        guard let timeout = object["compile_timeout"] else { return }
        guard let seconds = timeout.doubleValue, seconds > 0 else {
            throw ValidationError("compile_timeout must be a number of seconds, more than 0")
        }
        configuration.limits.compileTime = .seconds(seconds)
    }

    private static func string(_ object: JSONObject, _ key: String) throws(ValidationError) -> String? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw ValidationError("\(key) must be a string") }
        return text
    }

    private static func bool(_ object: JSONObject, _ key: String) throws(ValidationError) -> Bool {
        guard let value = object[key], !value.isNull else { return false }
        guard let flag = value.boolValue else { throw ValidationError("\(key) must be true or false") }
        return flag
    }

    private static func strings(_ object: JSONObject, _ key: String) throws(ValidationError) -> [String] {
        guard let value = object[key], !value.isNull else { return [] }
        guard let elements = value.arrayValue, elements.allSatisfy({ $0.stringValue != nil }) else {
            throw ValidationError("\(key) must be an array of strings")
        }
        return elements.compactMap(\.stringValue)
    }
}
