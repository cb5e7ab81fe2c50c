public import MartletJSON

/// What the output of a request must look like, as the request says it.
public enum GrammarSpecification: Hashable, Sendable {
    /// A JSON text valid under this JSON Schema (drafts 4 to 2020-12).
    case jsonSchema(JSONValue)
    /// Any JSON object.
    case jsonObject
    /// A text that matches the whole regular expression.
    case regex(String)
    /// A context-free grammar: EBNF in the spelling of GBNF and xgrammar where it contains `::=`, Lark otherwise.
    case grammar(String)
    /// One of these texts.
    case choice([String])
    /// A structural tag as xgrammar and vLLM spell it.
    case structuralTag(JSONValue)
}

/// How a specification is read.
public struct GrammarOptions: Hashable, Sendable {
    /// Where JSON may have white space.
    public enum Whitespace: Hashable, Sendable {
        /// Anywhere JSON allows it, any amount.
        case flexible
        /// Nowhere: the separators are `,` and `:`.
        case none
        /// What this regular expression matches, wherever JSON allows white space.
        case pattern(String)
    }

    /// Where JSON may have white space.
    public var whitespace: Whitespace = .flexible
    /// Objects whose schema does not say `additionalProperties` are closed.
    public var disableAdditionalProperties = false
    /// Properties may come in any order rather than the declared one.
    public var anyPropertyOrder = false
    /// Keywords that may be ignored instead of refused where they are not supported; what was ignored is listed in
    /// `CompiledGrammar.ignoredKeywords`.
    public var ignorableKeywords: Set<String> = []

    /// Flexible white space, declared order, open objects, nothing ignored.
    public init() {}
}
