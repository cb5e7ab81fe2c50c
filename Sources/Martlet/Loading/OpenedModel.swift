import CMartletDemoModel
import MartletJSON
import MartletModelIR
import MartletModels
import MartletWeights

/// A model whose files are open and whose program is recorded; nothing is computed or packed yet.
struct OpenedModel: Sendable {
    /// The name to report unless another is asked for.
    let name: String
    /// Folder, file or hub name.
    let origin: String
    let checkpoint: Checkpoint
    let model: any ModelArchitecture
    let program: Program

    var weights: any WeightSource { checkpoint.weights }

    /// The built-in model's name.
    static let demoName = "martlet-demo"

    /// Finds, fetches and opens what a configuration names.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` or `unsupported`.
    static func open(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)?
    ) async throws(LLMError) -> OpenedModel {
        try OpenedModel(await OpenedCheckpoint.open(configuration, progress: progress))
    }

    /// Records the program of what generates text.
    ///
    /// **Throws** `unsupported` for what does not.
    init(_ opened: OpenedCheckpoint) throws(LLMError) {
        name = opened.name
        origin = opened.origin
        checkpoint = opened.checkpoint
        guard !opened.registry.isPoolingOnly(checkpoint.config) else {
            throw .unsupported(
                "\(origin): \(checkpoint.config.architecture) gives embeddings or scores and no text; serve it with "
                    + "`martlet serve`, or load it with PoolingModel.load")
        }
        guard !opened.registry.isTranscription(checkpoint.config) else {
            throw .unsupported(
                "\(origin): \(checkpoint.config.architecture) turns speech into text and answers no prompts of text; "
                    + "expected a language model")
        }
        do {
            model = try opened.registry.model(for: checkpoint.config)
            var recorder = Recorder()
            let output = try model.record(.decoder, into: &recorder)
            program = recorder.finish(output)
        } catch {
            throw .unsupported("\(origin): \(error)")
        }
    }
}

/// A model whose files are open, whatever it is for.
struct OpenedCheckpoint: Sendable {
    /// The name to report unless another is asked for.
    let name: String
    /// Folder, file or hub name.
    let origin: String
    let checkpoint: Checkpoint
    /// The architectures it may be of.
    let registry: ModelRegistry

    /// Finds, fetches and opens what a configuration names.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` or `unsupported`.
    static func open(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)?
    ) async throws(LLMError) -> OpenedCheckpoint {
        let registry: ModelRegistry
        do throws(ModelError) {
            registry = try ModelRegistry.builtIn.adding(
                configuration.architectures, override: configuration.overridesArchitectures)
        } catch {
            throw .unsupported(error.description)
        }
        let demoName = OpenedModel.demoName
        guard let model = configuration.model else {
            progress?(LoadProgress(phase: .open, detail: demoName))
            return OpenedCheckpoint(
                name: demoName, origin: demoName, checkpoint: try OpenedModel.demoCheckpoint(), registry: registry)
        }
        let format = try configuration.checkpointFormat()
        let path = try await ModelLocator(configuration).path(progress: progress)
        progress?(LoadProgress(phase: .open, detail: model))
        return try await BlockingWork.run { () throws(LLMError) in
            OpenedCheckpoint(
                name: model, origin: model, checkpoint: try openCheckpoint(path, format, configuration.hfOverrides),
                registry: registry)
        }
    }

    private static func openCheckpoint(
        _ path: String, _ format: Checkpoint.Format, _ overrides: JSONObject
    ) throws(LLMError) -> Checkpoint {
        do { return try Checkpoint.open(path: path, format: format, configOverrides: overrides) } catch {
            throw LLMError(error)
        }
    }
}

extension OpenedModel {
    /// The model that is compiled into the program.
    static func demoCheckpoint() throws(LLMError) -> Checkpoint {
        // The linker places the array; it lives as long as the program.
        let bytes = UnsafeRawBufferPointer(start: martlet_demo_model(), count: martlet_demo_model_size())
        guard !bytes.isEmpty else { throw .modelNotFound("this build has no built-in model; name a model") }
        do { return try Checkpoint.open(ggufBytes: bytes, name: demoName) } catch { throw LLMError(error) }
    }
}

extension LLMError {
    /// A checkpoint's error as this module's.
    init(_ error: CheckpointError) {
        self =
            switch error {
            case .notFound: .modelNotFound(error.description)
            case .unreadable, .malformed: .cannotLoad(error.description)
            case .unsupported: .unsupported(error.description)
            }
    }
}
