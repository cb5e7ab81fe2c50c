/// A model family, declared once: configuration in, recorded program out.
///
/// Implementations are values; they know nothing of formats, devices, threads or cache layout.
public protocol ModelArchitecture: Sendable {
    /// The `architectures` entries of config.json this type serves, such as `Qwen3ForCausalLM`.
    static var architectures: [String] { get }

    /// Reads and checks the configuration; everything that can be wrong with it is reported here.
    init(config: ModelConfig) throws(ModelError)

    /// Rows of the embedding table and columns of the logits.
    var vocabSize: Int { get }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { get }

    /// What every layer keeps per token, layer by layer.
    var kvCacheSpecs: [KVCacheSpec] { get }

    /// Records one entry point and returns its output value.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value
}

/// The programs a model can have.
public enum EntryPoint: Hashable, Sendable {
    /// Token ids in, logits of the wanted rows out.
    case decoder
}

/// What one layer keeps in the paged cache.
public enum KVCacheSpec: Hashable, Sendable {
    /// Keys and values of every token.
    case full(AttentionSpec)
    /// Keys and values of which only the last `slidingWindow` tokens are read.
    case slidingWindow(AttentionSpec)

    /// The attention that reads the cache.
    public var attention: AttentionSpec {
        switch self {
        case .full(let spec), .slidingWindow(let spec): spec
        }
    }
}

/// Why a configuration cannot be served: which key of which architecture, and what would be accepted.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The `architectures` entry.
    public var architecture: String
    /// Key path in config.json.
    public var key: String
    /// What is wrong and what would be accepted.
    public var message: String

    /// An error about one key of a configuration.
    public init(architecture: String, key: String, message: String) {
        self.architecture = architecture
        self.key = key
        self.message = message
    }

    /// Architecture, key and message.
    public var description: String { "\(architecture): config key \"\(key)\": \(message)" }
}
