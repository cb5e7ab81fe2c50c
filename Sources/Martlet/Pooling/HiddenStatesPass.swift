import MartletEngine
import MartletModelIR
import MartletModels
import MartletWeights

/// Last hidden states of one sequence at a time, without tokenizer or server, for comparing.
///
/// Not thread-safe.
public final class HiddenStatesPass {
    /// Columns of a hidden state.
    public var width: Int { runner.width }
    private let runner: SequenceRunner

    /// Loads the model of a configuration for sequences of at most `maxModelLen` tokens.
    ///
    /// **Throws** as `PoolingModel.load`.
    public static func load(
        _ configuration: LLMConfiguration, maxModelLen: Int, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> sending HiddenStatesPass {
        let opened = try await OpenedCheckpoint.open(configuration, progress: progress)
        return try HiddenStatesPass(opened, configuration, maxModelLen: maxModelLen)
    }

    /// Whether the model of a configuration gives embeddings or scores and no text.
    ///
    /// **Throws** as `PoolingModel.load`.
    public static func isPoolingOnly(_ configuration: LLMConfiguration) async throws(LLMError) -> Bool {
        let opened = try await OpenedCheckpoint.open(configuration, progress: nil)
        return opened.registry.isPoolingOnly(opened.checkpoint.config)
    }

    private init(
        _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration, maxModelLen: Int
    ) throws(LLMError) {
        let architecture = try opened.poolingArchitecture()
        let most = architecture.model.maxPositionEmbeddings
        guard maxModelLen >= 1, maxModelLen <= most else {
            throw .unsupported("\(opened.name) is made for \(most) tokens, \(maxModelLen) are asked for")
        }
        var configuration = configuration
        configuration.kvCacheDType = .float32
        var engine = PoolingConfiguration(maxModelLen: maxModelLen, maxNumBatchedTokens: maxModelLen)
        engine.maxNumSeqs = 1
        runner = try SequenceRunner(architecture, opened, configuration, engine, ChosenBackend(configuration))
    }

    /// The last hidden state of every token, after the model's final norm: `[tokens, width]`, row-major.
    ///
    /// **Throws** `invalidRequest` for ids outside the vocabulary or too many of them.
    public func hiddenStates(of tokenIDs: [Int32]) throws(LLMError) -> [Float] {
        guard !tokenIDs.isEmpty, tokenIDs.count <= runner.maxModelLen else {
            throw .invalidRequest(
                param: "input_ids", message: "\(tokenIDs.count) tokens; expected 1 to \(runner.maxModelLen)")
        }
        if let outside = tokenIDs.first(where: { $0 < 0 || Int($0) >= runner.vocabSize }) {
            throw .invalidRequest(
                param: "input_ids",
                message: "token id \(outside) is outside the vocabulary (0 to \(runner.vocabSize - 1))")
        }
        do { return try runner.hiddenStates(of: tokenIDs) } catch { throw LLMError(error) }
    }
}
