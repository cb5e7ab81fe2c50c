import MartletChat

/// `--chat-template`: a file, or the template itself.
enum TemplateArgument {
    /// The template's text.
    ///
    /// **Throws** when the argument is neither a readable file nor looks like a template.
    static func text(_ argument: String) throws(CLIError) -> String {
        if let text = TextFile.read(argument) { return text }
        guard argument.contains("{") else {
            throw CLIError("--chat-template: \(argument) cannot be read and is no template text")
        }
        return argument
    }

    /// The template that the argument stands for.
    ///
    /// **Throws** for a text that is no template.
    static func parsed(_ text: String) throws(CLIError) -> ChatTemplate {
        do { return try ChatTemplate(text) } catch { throw CLIError("--chat-template: \(error)") }
    }
}
