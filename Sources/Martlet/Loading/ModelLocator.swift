import Glibc
import MartletHub

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
        let name: HubModelName
        do {
            guard !Self.looksLikePath(model) else { throw HubError.invalidName("") }
            name = try HubModelName(model)
        } catch {
            throw .modelNotFound(
                "\(model): no such file or folder, and no hub name either (those look like organisation/name)")
        }
        var environment = HubEnvironment(configuration.environment)
        if let folder = configuration.downloadDirectory { environment.cacheDirectory = folder }
        do {
            let snapshot = try await HubDownloader(environment: environment).snapshot(
                of: name, revision: configuration.revision ?? "main",
                form: configuration.wantsMistralFormat ? .mistral : .auto
            ) { report in
                progress?(
                    LoadProgress(
                        phase: .download, detail: report.file, completed: report.completedBytes,
                        total: report.totalBytes))
            }
            return snapshot.modelPath
        } catch {
            throw LLMError(error, model: model)
        }
    }

    private static func looksLikePath(_ model: String) -> Bool {
        let starts = ["/", "./", "../", "~"]
        let ends = [".json", ".model", ".tiktoken", ".safetensors"]
        return starts.contains(where: model.hasPrefix) || ends.contains(where: model.hasSuffix)
            || [".gguf", ".bin"].contains(where: model.hasSuffix) && !model.contains(":")
    }
}

extension LLMError {
    /// A hub error as this module's; `model` is the name asked for.
    fileprivate init(_ error: HubError, model: String) {
        self =
            switch error {
            case .notFound, .unauthorized, .invalidName, .offline:
                .modelNotFound("\(model): no such file or folder, and the hub: \(error)")
            case .network, .badResponse, .corrupted, .diskFull, .fileSystem, .missingLibrary, .cancelled:
                .cannotLoad("\(model): \(error)")
            }
    }
}
