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
}
