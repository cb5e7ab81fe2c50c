public import MartletJSON

/// The chat templates of a model that has several, and which of them is meant.
///
/// **Source** transformers 5 `PreTrainedTokenizerBase.get_chat_template`.
public struct NamedChatTemplates: Sendable {
    /// The templates' texts by name.
    public var sources: [String: String]

    /// Templates by name; files in `additional_chat_templates` are named without `.jinja`.
    public init(_ sources: [String: String] = [:]) { self.sources = sources }

    /// The value of `chat_template` in `tokenizer_config.json`: a text, or a list of objects with `name` and `template`.
    ///
    /// **Throws** `value` for anything else.
    public init(_ json: JSONValue) throws(ChatTemplateError) {
        switch json {
        case .string(let text): sources = [Self.defaultName: text]
        case .array(let entries):
            sources = [:]
            for entry in entries {
                guard let name = entry["name"]?.stringValue, let text = entry["template"]?.stringValue else {
                    throw ChatTemplateError(.value, "chat_template's entries need a 'name' and a 'template'")
                }
                sources[name] = text
            }
        default:
            throw ChatTemplateError(
                .value, "chat_template must be a string or a list of named templates, but is of type \(json.kindName)")
        }
    }

    private static let defaultName = "default"

    /// The template for a request: the one asked for by name, `tool_use` with tools, else `default`.
    ///
    /// **Throws** `value` where none is meant, with the names there are.
    public func source(named name: String? = nil, withTools: Bool) throws(ChatTemplateError) -> String {
        let wanted = name ?? (withTools && sources["tool_use"] != nil ? "tool_use" : Self.defaultName)
        if let source = sources[wanted] { return source }
        let names = sources.keys.sorted().joined(separator: ", ")
        throw ChatTemplateError(
            .value, "there is no chat template named '\(wanted)'; there are: \(names.isEmpty ? "none" : names)")
    }
}
