import MartletChat

/// The templates of a model that its requests use: one without tools, one with; mostly they are the same.
struct ModelChatTemplates: Sendable {
    private let plain: ModelTemplate
    private let withTools: ModelTemplate

    /// A template, or why there is none to use.
    private enum ModelTemplate {
        case none
        case usable(ChatTemplate)
        case unusable(String)
    }

    /// The one template that is given.
    init(_ template: ChatTemplate) {
        plain = .usable(template)
        withTools = plain
    }

    /// A model's own templates by name; what cannot be used is reported to those who need it.
    init(named sources: [String: String]) {
        let templates = NamedChatTemplates(sources)
        plain = Self.template(of: templates, withTools: false)
        let isShared = try? templates.source(withTools: true) == templates.source(withTools: false)
        withTools = isShared == true ? plain : Self.template(of: templates, withTools: true)
    }

    private static func template(of templates: NamedChatTemplates, withTools: Bool) -> ModelTemplate {
        if templates.sources.isEmpty { return .none }
        do {
            return .usable(try ChatTemplate(templates.source(withTools: withTools)))
        } catch {
            return .unusable("the model's chat template cannot be used: \(error)")
        }
    }

    /// The template for requests without tools, where there is one.
    var standard: ChatTemplate? {
        if case .usable(let template) = plain { template } else { nil }
    }

    /// The template that knows most of how the model writes.
    var mostTelling: ChatTemplate? {
        if case .usable(let template) = withTools { template } else { standard }
    }

    /// The template for a request; nil for a model that has none.
    ///
    /// **Throws** `invalidRequest` for a template that cannot be used.
    func template(withTools: Bool) throws(LLMError) -> ChatTemplate? {
        switch withTools ? self.withTools : plain {
        case .none: return nil
        case .usable(let template): return template
        case .unusable(let problem): throw .invalidRequest(param: "messages", message: problem)
        }
    }
}
