extension ToolCallFormat {
    /// The formats whose calls are JSON.
    static let jsonFormats: [ToolCallFormat] = []
}
