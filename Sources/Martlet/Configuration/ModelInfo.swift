/// What was loaded and what it costs, for `inspect`, `/v1/models` and logs.
public struct ModelInfo: Sendable, Hashable {
    /// How much of the model is stored in one format.
    public struct FormatShare: Sendable, Hashable {
        /// The format as the file spells it, such as `BF16` or `Q4_K`.
        public var format: String
        /// Weights stored so.
        public var numTensors: Int
        /// Bytes.
        public var bytes: Int
    }

    /// Memory in bytes.
    public struct Memory: Sendable, Hashable {
        /// Stored weights.
        public var weightBytes: Int
        /// KV cache of one token over all layers that keep something per token.
        public var kvBytesPerToken: Int
        /// The caches of all layers, states included.
        public var kvCacheBytes: Int
        /// Blocks of the KV cache for layers that read all tokens; counted even where there are none.
        public var numBlocks: Int
        /// Token slots of one block.
        public var blockSize: Int

        /// Tokens the cache holds of all its requests together.
        public var kvCacheTokens: Int { numBlocks * blockSize }
    }

    /// Name to report: `servedModelName`, or the name the model was loaded by.
    public var name: String
    /// The folder, file or hub name it came from.
    public var origin: String
    /// `architectures` entry, such as `Qwen3ForCausalLM`.
    public var architecture: String
    /// Elements of all weights.
    public var numParameters: Int
    /// Storage formats, largest first.
    public var formats: [FormatShare]
    /// Columns of the logits.
    public var vocabSize: Int
    /// Positions the checkpoint was made for.
    public var maxPositionEmbeddings: Int
    /// Most tokens of one request here.
    public var maxModelLen: Int
    /// Bytes.
    public var memory: Memory
    /// Equal prefixes share blocks.
    public var enablePrefixCaching: Bool
    /// `--backend` spelling.
    public var backend: String
    /// The kernel set in use.
    public var kernels: String
    /// Threads of the forward pass.
    public var numThreads: Int
    /// `float32`, `bfloat16` or `int8`.
    public var kvCacheDType: String
    /// Seconds since 1970 when loading ended, as `/v1/models` reports it.
    public var created: Int
}
