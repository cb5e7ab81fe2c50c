extension ToolCallFormat {
    /// The formats that write each argument by itself.
    static let tagFormats: [ToolCallFormat] = []
}
