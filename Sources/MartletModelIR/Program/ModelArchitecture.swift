/// A model family, declared once: configuration in, recorded program out.
///
/// Implementations are values; they know nothing of formats, devices, threads or cache layout. After `init` every key of
/// the configuration that was not read and could matter is refused, see `ModelConfig.refuseUnreadNumerics`.
public protocol ModelArchitecture: Sendable {
    /// The `architectures` entries of config.json this type serves, such as `Qwen3ForCausalLM`.
    static var architectures: [String] { get }

    /// Reads and checks the configuration; everything that can be wrong with it is reported here.
    init(config: ModelConfig) throws(ModelError)

    /// Rows of the embedding table and columns of the logits.
    var vocabSize: Int { get }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { get }

    /// What every layer keeps, layer by layer; `AttentionSpec.layer` and its kin are indices into it.
    var kvCacheSpecs: [KVCacheSpec] { get }

    /// The programs the model has; a decoder only, unless it says otherwise.
    var entryPoints: Set<EntryPoint> { get }

    /// What an encoder does with its hidden states; without layers it gives embeddings, with layers scores.
    var poolingHead: PoolingHead { get }

    /// Other names that checkpoints have for a weight, tried in order.
    func aliases(of weight: String) -> [String]

    /// Records one of `entryPoints` and returns its output value.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value
}

extension ModelArchitecture {
    /// A decoder.
    public var entryPoints: Set<EntryPoint> { [.decoder] }

    /// The last token's hidden state.
    public var poolingHead: PoolingHead { PoolingHead(.last) }

    /// None.
    public func aliases(of weight: String) -> [String] { [] }
}

/// The programs a model can have.
public enum EntryPoint: String, Hashable, Sendable, CaseIterable {
    /// Token ids in, logits of the wanted rows out.
    case decoder
    /// Last hidden states of the wanted rows out, which `ModelArchitecture.poolingHead` takes further, or, where there are
    /// three programs, `crossAttentionKV`. Token ids in, or features: `Program.features`.
    case encoder
    /// Hidden states of the encoder in, as features; keys and values of every cross attention are written to the slot.
    case crossAttentionKV
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
