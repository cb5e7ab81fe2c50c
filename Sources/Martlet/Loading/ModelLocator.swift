import Glibc

/// Finds the files of a model: a path, or a hub name that is cached or downloaded.
struct ModelLocator {
    private let configuration: LLMConfiguration

    init(_ configuration: LLMConfiguration) { self.configuration = configuration }

    /// The folder or file to open.
    ///
    /// **Throws** `modelNotFound` when there is neither such a path nor such a hub model.
    func path(progress: (@Sendable (LoadProgress) -> Void)?) async throws(LLMError) -> String {
        let model = configuration.model ?? ""
        if access(model, F_OK) == 0 { return model }
        throw .modelNotFound("\(model): no such file or folder")
    }
}
