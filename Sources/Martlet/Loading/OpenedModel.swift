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
    /// The checkpoint's configuration with `--hf-overrides`; it remembers what the model derived from it.
    let config: ModelConfig
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
        guard let model = configuration.model else {
            progress?(LoadProgress(phase: .open, detail: demoName))
            return try OpenedModel(
                name: demoName, origin: demoName, checkpoint: demoCheckpoint(), configuration: configuration)
        }
        let path = try await ModelLocator(configuration).path(progress: progress)
        progress?(LoadProgress(phase: .open, detail: model))
        return try await BlockingWork.run { () throws(LLMError) in
            try OpenedModel(
                name: model, origin: model, checkpoint: openCheckpoint(path), configuration: configuration)
        }
    }

    private init(
        name: String, origin: String, checkpoint: Checkpoint, configuration: LLMConfiguration
    ) throws(LLMError) {
        self.name = name
        self.origin = origin
        self.checkpoint = checkpoint
        do {
            let registry = try ModelRegistry.builtIn.adding(
                configuration.architectures, override: configuration.overridesArchitectures)
            config = checkpoint.config.overridden(by: configuration.hfOverrides)
            model = try registry.model(for: config)
            var recorder = Recorder()
            let output = try model.record(.decoder, into: &recorder)
            program = recorder.finish(output)
        } catch {
            throw .unsupported("\(origin): \(error)")
        }
    }

    /// The model that is compiled into the program.
    static func demoCheckpoint() throws(LLMError) -> Checkpoint {
        // The linker places the array; it lives as long as the program.
        let bytes = UnsafeRawBufferPointer(start: martlet_demo_model(), count: martlet_demo_model_size())
        guard !bytes.isEmpty else { throw .modelNotFound("this build has no built-in model; name a model") }
        do { return try Checkpoint.open(ggufBytes: bytes, name: demoName) } catch { throw LLMError(error) }
    }

    private static func openCheckpoint(_ path: String) throws(LLMError) -> Checkpoint {
        do { return try Checkpoint.open(path: path) } catch { throw LLMError(error) }
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
