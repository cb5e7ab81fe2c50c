import ArgumentParser
import Martlet

/// Which Whisper model, and from where.
struct TranscriptionModelOptions: ParsableArguments {
    @Option(help: "The model; then all arguments are files.", completion: .file())
    var model: String?

    @Option(help: "Branch, tag or commit of a hub model.")
    var revision: String?

    @Option(help: "Cache folder for hub models (default: as huggingface_hub).", completion: .directory)
    var downloadDir: String?

    /// Writes these choices into a configuration.
    func apply(to configuration: inout LLMConfiguration, name: String) {
        configuration.model = name
        configuration.revision = revision
        configuration.downloadDirectory = downloadDir
        configuration.environment = Environment.hub
    }
}
