import Martlet
import MartletGrammar
import MartletJSON

/// What the fields of a request ask of its output: `response_format`, `structured_outputs` and the older `guided_*`.
struct StructuredOutputFields {
    /// The constraint, if there is one.
    private(set) var output: StructuredOutput?
    /// Members that nobody knows.
    private(set) var ignored: [String] = []
    private var whitespace: GrammarOptions.Whitespace?
    private var disablesAdditionalProperties: Bool?

    /// **Throws** for more than one constraint, and for `structured_outputs` without any.
    init(_ reader: inout FieldReader) throws(APIError) {
        try readStructuredOutputs(&reader)
        try readGuided(&reader)
        // It takes the place of a constraint of its own kind.
        if let format = try ResponseFormat.read(&reader, &ignored) { try take(format, replacesSameKind: true) }
        output?.whitespace = whitespace
        output?.disableAdditionalProperties = disablesAdditionalProperties
    }

    private mutating func readStructuredOutputs(_ reader: inout FieldReader) throws(APIError) {
        let field = "structured_outputs"
        guard let object = try reader.object(field) else { return }
        var members = FieldReader(object, path: field)
        for kind in ConstraintKind.allCases {
            guard let value = members.value(kind.rawValue) else { continue }
            try take(try kind.output(value, param: members.name(kind.rawValue)))
        }
        try setWhitespace(try members.string("whitespace_pattern"), param: members.name("whitespace_pattern"))
        if try members.bool("disable_any_whitespace") == true {
            guard whitespace == nil else {
                throw .badRequest(
                    "`whitespace_pattern` and `disable_any_whitespace` contradict each other", param: field,
                    code: "invalid_value")
            }
            whitespace = GrammarOptions.Whitespace.none
        }
        disablesAdditionalProperties = try members.bool("disable_additional_properties")
        ignored += members.unread
        let hasFormat = reader.value("response_format").map { $0["type"] != "text" } ?? false
        guard output != nil || hasFormat else {
            throw .badRequest(
                "`structured_outputs` must have one of \(ConstraintKind.list)", param: field, code: "invalid_value")
        }
    }

    /// What vLLM had before `structured_outputs`; many clients still send it.
    private mutating func readGuided(_ reader: inout FieldReader) throws(APIError) {
        for kind in ConstraintKind.allCases {
            let field = "guided_\(kind.rawValue)"
            guard let value = reader.value(field) else { continue }
            // `guided_json_object: false` is no constraint.
            if kind == .jsonObject, value == false { continue }
            try take(try kind.output(value, param: field))
        }
        try setWhitespace(try reader.string("guided_whitespace_pattern"), param: "guided_whitespace_pattern")
        guard let backend = try reader.string("guided_decoding_backend") else { return }
        // There is one engine; the names of others asked for what it does, too.
        let name = String(backend.prefix { $0 != ":" })
        guard Self.backends.contains(name) else {
            throw .notSupported("guided_decoding_backend", accepted: Self.backends.joined(separator: ", "))
        }
    }

    private static let backends = ["auto", "martlet", "xgrammar", "guidance", "outlines", "lm-format-enforcer"]

    private mutating func setWhitespace(_ pattern: String?, param: String) throws(APIError) {
        guard let pattern else { return }
        guard whitespace == nil else {
            throw .badRequest("white space is described twice", param: param, code: "invalid_value")
        }
        whitespace = .pattern(pattern)
    }

    private mutating func take(_ new: StructuredOutput, replacesSameKind: Bool = false) throws(APIError) {
        if let output, !(replacesSameKind && output.specification.isSameKind(as: new.specification)) {
            throw .badRequest(
                "You can only use one kind of structured outputs constraint, but `\(output.param)` and `\(new.param)` are "
                    + "two", param: new.param, code: "invalid_value")
        }
        output = new
    }
}

extension GrammarSpecification {
    /// Whether the two fill the same field of `structured_outputs`.
    fileprivate func isSameKind(as other: GrammarSpecification) -> Bool {
        switch (self, other) {
        case (.jsonSchema, .jsonSchema), (.jsonObject, .jsonObject), (.regex, .regex), (.grammar, .grammar),
            (.choice, .choice), (.structuralTag, .structuralTag):
            true
        default: false
        }
    }
}
