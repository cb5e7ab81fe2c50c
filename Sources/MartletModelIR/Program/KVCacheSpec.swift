/// What one layer keeps between steps.
public enum KVCacheSpec: Hashable, Sendable {
    /// Keys and values of every token.
    case full(AttentionSpec)
    /// Keys and values of which only the last `slidingWindow` tokens are read.
    case slidingWindow(AttentionSpec)
    /// The latent rows of every token.
    case latent(LatentAttentionSpec)
    /// A state of fixed size per request.
    case recurrent(RecurrentSpec)
    /// Keys and values of an encoder's positions, in slots of fixed size that requests with the same input share.
    case cross(CrossAttentionSpec)

    /// The attention that reads keys and values of its own, or nil.
    public var attention: AttentionSpec? {
        switch self {
        case .full(let spec), .slidingWindow(let spec): spec
        case .latent, .recurrent, .cross: nil
        }
    }

    /// Which blocks the layer shares with others; nil when it keeps nothing per token.
    var block: KVCacheLayout.Group.Kind? {
        switch self {
        case .full, .latent: .full
        case .slidingWindow(let spec): spec.slidingWindow.map { .slidingWindow($0) } ?? .full
        case .recurrent, .cross: nil
        }
    }
}

extension KVCacheDType {
    /// Bytes of a layer in one cross slot, scales included; 0 for layers of other kinds.
    public func bytesPerCrossSlot(_ spec: KVCacheSpec) -> Int {
        guard case .cross(let cross) = spec else { return 0 }
        return 2 * cross.numPositions * cross.numHeads * bytesPerHead(cross.headDim)
    }

    /// Bytes of one token in a layer, scales included; 0 for a layer that keeps nothing per token.
    public func bytesPerToken(_ spec: KVCacheSpec) -> Int {
        switch spec {
        case .full(let attention), .slidingWindow(let attention): bytesPerToken(attention)
        case .latent(let latent): bytesPerHead(latent.cachedWidth)
        case .recurrent, .cross: 0
        }
    }
}

/// How the caches of all layers are divided into blocks.
///
/// Layers that need the same tokens form a group: one group for layers that read all tokens, one for each sliding window.
/// Every request has a block table per group, and block numbers of a group address the blocks of all its layers.
/// Recurrent layers have no blocks but one state per slot.
public struct KVCacheLayout: Hashable, Sendable {
    /// Layers whose blocks are handed out together.
    public struct Group: Hashable, Sendable {
        /// Which tokens the layers of a group read.
        public enum Kind: Hashable, Sendable {
            /// All.
            case full
            /// The last so many, including the token itself.
            case slidingWindow(Int)
        }

        /// Which tokens its layers read.
        public var kind: Kind
        /// Indices of its layers, ascending.
        public var layers: [Int]
        /// Blocks of each of its layers.
        public var numBlocks: Int
    }

    /// What the layers keep.
    public let specs: [KVCacheSpec]
    /// The group of full layers first, if there is one, then windows, ascending.
    public internal(set) var groups: [Group]
    /// Index of each layer's group; nil for recurrent layers.
    public let groupOfLayer: [Int?]
    /// Token slots of a block.
    public let blockSize: Int
    /// Slots for the states of recurrent layers, those of requests and checkpoints together.
    public let numStateSlots: Int
    /// Slots for the keys and values of encoders' positions.
    public let numCrossSlots: Int

    /// A layout whose groups have `numBlocks` blocks each, which only one group or tests may want.
    public init(_ specs: [KVCacheSpec], numBlocks: Int, blockSize: Int, numStateSlots: Int = 0, numCrossSlots: Int = 0)
    {
        self.init(specs, blockSize: blockSize, numStateSlots: numStateSlots, numCrossSlots: numCrossSlots) { _ in
            numBlocks
        }
    }

    /// A layout whose groups get their blocks from `numBlocks`.
    public init(
        _ specs: [KVCacheSpec], blockSize: Int, numStateSlots: Int = 0, numCrossSlots: Int = 0,
        numBlocks: (Group.Kind) -> Int
    ) {
        self.specs = specs
        self.blockSize = blockSize
        self.numStateSlots = numStateSlots
        self.numCrossSlots = numCrossSlots
        let kinds = Set(specs.compactMap(\.block)).sorted { $0.order < $1.order }
        groupOfLayer = specs.map { spec in spec.block.flatMap(kinds.firstIndex) }
        let groupOfLayer = groupOfLayer
        groups = kinds.enumerated().map { index, kind in
            Group(
                kind: kind, layers: specs.indices.filter { groupOfLayer[$0] == index }, numBlocks: numBlocks(kind))
        }
    }

    /// Whether layers keep a state per request.
    public var isRecurrent: Bool {
        specs.contains { if case .recurrent = $0 { true } else { false } }
    }

    /// Whether layers attend to an encoder's positions.
    public var hasCrossAttention: Bool {
        specs.contains { if case .cross = $0 { true } else { false } }
    }

    /// Bytes of the states of all recurrent layers in one slot; they are float32.
    public var stateBytesPerSlot: Int {
        specs.reduce(0) { sum, spec in
            if case .recurrent(let state) = spec { sum + 4 * state.elements } else { sum }
        }
    }
}

extension KVCacheLayout.Group.Kind {
    /// The window, or nil for all tokens.
    public var window: Int? { if case .slidingWindow(let window) = self { window } else { nil } }

    fileprivate var order: Int { window ?? 0 }
}
