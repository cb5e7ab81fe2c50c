public import Martlet
public import MartletAudio
public import MartletEngine

extension TranscriptionModel: TranscriptionServingEngine {
    /// What `/v1/models` tells of this model.
    public var servedModel: ServedModel {
        ServedModel(
            name: info.name, root: info.origin, maxModelLen: info.maxModelLen, blockSize: info.memory.blockSize,
            numBlocks: info.memory.numBlocks, enablePrefixCaching: false, kvCacheDType: info.kvCacheDType)
    }

    /// What the engine is doing now.
    public var load: EngineStatistics { statistics }

    /// The token ids of a text.
    public func encode(_ text: String, addSpecialTokens: Bool) throws(LLMError) -> [Int32] { encode(text) }

    /// Starts writing down a file.
    public func events(
        for audio: any AudioBytes, name: String?, options: TranscriptionOptions
    ) async throws(LLMError) -> any AsyncSequence<TranscriptionEvent, LLMError> & Sendable {
        try await transcribe(.source(audio, name: name), options: options)
    }
}
