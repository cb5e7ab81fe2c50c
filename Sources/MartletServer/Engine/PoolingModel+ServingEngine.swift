public import Martlet
public import MartletEngine
import MartletTokenizers

extension PoolingModel: PoolingServingEngine {
    /// What `/v1/models` tells of this model.
    public var servedModel: ServedModel {
        ServedModel(
            name: info.name, root: info.origin, maxModelLen: info.maxModelLen, blockSize: info.memory.blockSize,
            numBlocks: info.memory.numBlocks, enablePrefixCaching: false, kvCacheDType: info.kvCacheDType)
    }

    /// What the engine is doing now.
    public var load: EngineStatistics { statistics }

    /// The bytes a token adds to decoded text.
    public func bytes(ofToken tokenID: Int32) -> [UInt8] { tokenizer.tokenBytes(tokenID) }

    /// The token as tokenizer.json spells it; empty for an id without token.
    public func vocabularyEntry(_ tokenID: Int32) -> String { tokenizer.tokenString(tokenID) ?? "" }
}
