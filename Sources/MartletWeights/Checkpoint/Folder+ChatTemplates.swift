internal import MartletJSON

extension Folder {
    /// The chat templates by name: those of chat_template.jinja and additional_chat_templates/*.jinja, else
    /// `chat_template` of tokenizer_config.json, a string or a list with names. The default may also come from
    /// chat_template.json, where processors had theirs.
    ///
    /// **Source** transformers 5 `PreTrainedTokenizerBase._from_pretrained`.
    func chatTemplates() throws(CheckpointError) -> [String: String] {
        var templates = try templateFiles()
        let name = Checkpoint.defaultTemplateName
        if templates[name] != nil { return templates }
        let configured = try configuredTemplates()
        if templates.isEmpty { templates = configured }
        templates[name] = configured[name]
        if templates[name] == nil {
            templates[name] = try object(in: "chat_template.json")?["chat_template"]?.stringValue
        }
        return templates
    }

    private func templateFiles() throws(CheckpointError) -> [String: String] {
        var templates: [String: String] = [:]
        templates[Checkpoint.defaultTemplateName] = try template(in: "chat_template.jinja")
        guard contains(Self.additional) else { return templates }
        let folder = try Folder(path: path(of: Self.additional))
        for file in folder.names where file.hasSuffix(Self.suffix) {
            templates[String(file.dropLast(Self.suffix.count))] = try folder.template(in: file)
        }
        return templates
    }

    private static let additional = "additional_chat_templates"
    private static let suffix = ".jinja"

    private func template(in name: String) throws(CheckpointError) -> String? {
        guard let bytes = try text(of: name) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(file: path(of: name), message: "is not UTF-8")
        }
        return text
    }

    private func configuredTemplates() throws(CheckpointError) -> [String: String] {
        let value = try object(in: "tokenizer_config.json")?["chat_template"]
        if let text = value?.stringValue { return [Checkpoint.defaultTemplateName: text] }
        var templates: [String: String] = [:]
        for entry in value?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue, let text = entry["template"]?.stringValue else { continue }
            templates[name] = text
        }
        return templates
    }
}
