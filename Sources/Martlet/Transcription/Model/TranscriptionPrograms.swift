import MartletEngine
import MartletModelIR
import MartletModels
import MartletWeights

/// The three programs of a model that turns speech into text.
struct TranscriptionPrograms: Sendable {
    let model: any ModelArchitecture
    let encoder: Program
    let crossAttentionKV: Program
    let decoder: Program
    let shape: EncoderShape

    /// **Throws** `unsupported` for a model of another kind.
    init(_ opened: OpenedCheckpoint) throws(LLMError) {
        let config = opened.checkpoint.config
        guard opened.registry.isTranscription(config) else {
            throw .unsupported("\(opened.origin): \(config.architecture) does not turn speech into text")
        }
        do {
            model = try opened.registry.model(for: config)
            encoder = try Self.record(.encoder, of: model)
            crossAttentionKV = try Self.record(.crossAttentionKV, of: model)
            decoder = try Self.record(.decoder, of: model)
        } catch {
            throw .unsupported("\(opened.origin): \(error)")
        }
        guard let shape = EncoderShape(encoder: encoder, decoder: decoder) else {
            throw .unsupported("\(opened.origin): the programs of \(config.architecture) do not fit together")
        }
        self.shape = shape
    }

    private static func record(_ entry: EntryPoint, of model: any ModelArchitecture) throws(ModelError) -> Program {
        var recorder = Recorder()
        let output = try model.record(entry, into: &recorder)
        return recorder.finish(output)
    }
}
