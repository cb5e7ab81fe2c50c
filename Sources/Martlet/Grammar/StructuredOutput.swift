public import MartletGrammar

/// What the output of a request must look like, to the last character.
///
/// Every output that ends by itself is a text of the specification; one that ends at `max_tokens` or a stop string is
/// the beginning of such a text.
public struct StructuredOutput: Hashable, Sendable {
    /// A JSON Schema, a regular expression, a grammar, a list of texts or a structural tag.
    public var specification: GrammarSpecification
    /// Where JSON may have white space; nil: as the model's configuration says.
    public var whitespace: GrammarOptions.Whitespace?
    /// Objects whose schema does not say `additionalProperties` are closed; nil: as the configuration says.
    public var disableAdditionalProperties: Bool?
    /// The request's field that brought it, for errors.
    public var param: String

    /// A constraint read with the options of the model's configuration.
    public init(_ specification: GrammarSpecification, param: String = "structured_outputs") {
        self.specification = specification
        self.param = param
    }

    /// How the specification is read, given the configuration's options.
    func options(_ defaults: GrammarOptions) -> GrammarOptions {
        var options = defaults
        options.whitespace = whitespace ?? options.whitespace
        options.disableAdditionalProperties = disableAdditionalProperties ?? options.disableAdditionalProperties
        return options
    }
}

/// How a model constrains outputs; `--structured-outputs-config`.
public struct StructuredOutputConfiguration: Hashable, Sendable {
    /// How specifications are read unless a request says otherwise.
    public var options = GrammarOptions()
    /// What one grammar may cost.
    public var limits = GrammarLimits()
    /// The grammar holds from the first token on, also where a model would reason first.
    public var enableInReasoning = false

    /// The defaults.
    public init() {}
}
