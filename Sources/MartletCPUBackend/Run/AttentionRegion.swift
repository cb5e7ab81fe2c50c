import CMartletKernels
import MartletModelIR

/// One operation on the heads of a merged row.
enum HeadOp: BitwiseCopyable {
    case norm(query: UnsafePointer<RowNorm>, key: UnsafePointer<RowNorm>, isPerHead: Bool)
    case rotate(UnsafePointer<RotaryTable>)

    /// Whether a head can do without the others.
    var isPerHead: Bool {
        switch self {
        case .norm(_, _, let isPerHead): isPerHead
        case .rotate: true
        }
    }
}

/// Shape of a merged `[q | k | v]` row.
struct HeadShape: BitwiseCopyable {
    let numHeads: Int
    let numKVHeads: Int
    let headDim: Int

    init(_ spec: AttentionSpec) {
        numHeads = spec.numHeads
        numKVHeads = spec.numKVHeads
        headDim = spec.headDim
    }

    var rowWidth: Int { (numHeads + 2 * numKVHeads) * headDim }
    var headsPerKVHead: Int { numHeads / numKVHeads }
}

/// A head operation that cannot join its attention: copies the rows, then changes the copy.
struct HeadsRegion: BitwiseCopyable {
    let input: UnsafePointer<Float>
    let shape: HeadShape
    let op: HeadOp
    let out: UnsafeMutablePointer<Float>
}

/// Attention with the head operations before it.
struct AttentionRegion: BitwiseCopyable {
    /// Rows `[q | k | v]`; in a latent attention queries only, in the latent space.
    let qkv: UnsafeMutablePointer<Float>
    let rowWidth: Int
    let shape: HeadShape
    let ops: UnsafeBufferPointer<HeadOp>
    /// Every op works on one head at a time.
    let isPerHead: Bool
    let layer: Int
    /// Where keys and values lie that are not cached, or nil.
    let local: UnsafePointer<LocalKV>?
    /// Columns of a cached latent row that are the value, or 0.
    let latentDim: Int
    /// Most query heads of a KV head in one piece of work.
    let maxHeadsPerPart: Int
    let scale: Float
    let window: Int
    /// Positions after itself that a token sees.
    let ahead: Int
    let softcap: Float
    let sinks: UnsafePointer<Float>?
    let out: UnsafeMutablePointer<Float>

    /// Columns of a head of the output.
    var valueDim: Int { latentDim > 0 ? latentDim : shape.headDim }
}

/// Keys and values of a step's tokens, `[kv head][group of 16 positions]`, every request from a group of its own on.
struct LocalKV: BitwiseCopyable {
    let base: UnsafeMutableRawPointer
    let dtype: ck_kv_dtype
    let groupBytes: Int
    let headBytes: Int
    /// 0, 1, 2, ...: the block table of all requests.
    let numbers: UnsafePointer<Int32>

    /// Groups that so many requests with so many tokens need at most.
    static func numGroups(tokens: Int, requests: Int) -> Int { tokens / groupSize + requests + 1 }

    /// First group of a request whose tokens begin at `token`: no request reaches into the next one's groups.
    static func firstGroup(request: Int, token: Int) -> Int { token / groupSize + request }
}
