/// A loaded model that serves requests: text or token ids in, events out.
public final class LLM: Sendable {
    /// What was loaded.
    public let info: ModelInfo
    /// The sampling values requests start from.
    public let samplingDefaults: SamplingDefaults

    init(info: ModelInfo, samplingDefaults: SamplingDefaults) {
        self.info = info
        self.samplingDefaults = samplingDefaults
    }

    /// Loads a folder, a `.gguf` file, a hub model or the built-in model.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` or `unsupported`.
    public static func load(
        _ configuration: LLMConfiguration = LLMConfiguration(),
        progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> LLM {
        throw .unsupported("loading is not joined yet")
    }

    /// Starts `n` outputs for one prompt; dropping the stream or cancelling the reading task aborts them.
    ///
    /// **Throws** `invalidRequest`, `contextLengthExceeded`, `queueFull` or `shuttingDown`.
    public func generate(_ request: GenerationRequest) async throws(LLMError) -> GenerationStream {
        throw .unsupported("generation is not joined yet")
    }

    /// Stops: takes no more requests, waits at most `drainTimeout` for those in flight, aborts the rest; nil aborts all.
    public func shutDown(drainTimeout: Duration? = nil) async {}

    /// Asserts the invariants of scheduler and cache.
    public func checkIntegrity() async {}
}
