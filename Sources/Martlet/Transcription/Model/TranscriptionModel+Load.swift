import MartletAudio
import MartletEngine
import MartletModelIR
import MartletWeights

extension TranscriptionModel {
    /// Loads a folder, a whisper.cpp `.bin` file, a `.gguf` file or a hub model.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` (with the numbers when memory is short) or `unsupported`.
    public static func load(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> TranscriptionModel {
        try await load(OpenedCheckpoint.open(configuration, progress: progress), configuration, progress: progress)
    }

    static func load(
        _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)?
    ) async throws(LLMError) -> TranscriptionModel {
        throw .unsupported("\(opened.origin): \(opened.checkpoint.config.architecture) does not transcribe")
    }
}
