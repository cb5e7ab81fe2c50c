import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Attention with everything that can come with it, against the reference backend.
struct AttentionTwinTests {
    private func rotary(_ dim: Int, interleaved: Bool = false) -> RotaryEmbedding {
        RotaryEmbedding(
            rotaryDim: dim, inverseFrequencies: (0..<dim / 2).map { 1 / Float(1 + 3 * $0) },
            isNeoxStyle: !interleaved)
    }

    /// One attention layer; `change` makes of its `[q | k | v]` rows what the attention reads.
    private func compare(
        _ spec: AttentionSpec, _ twin: OpTwin = OpTwin(),
        change: (inout ProgramMaker, Value) -> Value = { $1 }
    ) throws {
        var twin = twin
        var maker = ProgramMaker()
        let x = maker.emit(.scale(maker.embed(40), 3))
        let widths = [spec.numHeads, spec.numKVHeads, spec.numKVHeads].map { $0 * spec.headDim }
        let qkv = change(&maker, maker.linear(x, widths, from: 40))
        let attended = maker.emit(.attention(qkv, spec))
        let output = maker.linear(attended, [33], from: spec.numHeads * spec.headDim)
        if spec.isCausal { twin.specs = [spec.slidingWindow == nil ? .full(spec) : .slidingWindow(spec)] }
        twin.isWhole = !spec.isCausal
        try twin.compare(maker.finish(output))
    }

    static let shapes = [(12, 6, 2), (80, 3, 1), (96, 4, 4), (112, 7, 1), (256, 2, 1), (9, 3, 3)]

    @Test("Caps, sinks and windows for every head shape", arguments: shapes, KVCacheDType.allCases)
    func features(_ shape: (headDim: Int, heads: Int, kvHeads: Int), dtype: KVCacheDType) throws {
        let sinks = WeightRef(name: "sinks", shape: [shape.heads])
        for (window, softcap, sinks) in [
            (nil, 1.5, nil), (20, nil, sinks), (7, 0.5, sinks), (64, nil, nil), (17, nil, nil),
        ] as [(Int?, Float?, WeightRef?)] {
            let spec = AttentionSpec(
                layer: 0, numHeads: shape.heads, numKVHeads: shape.kvHeads, headDim: shape.headDim,
                slidingWindow: window, softcap: softcap, sinks: sinks)
            try compare(spec, OpTwin(dtype: dtype, tolerance: dtype == .float32 ? 1e-4 : 5e-2))
        }
    }

    @Test("Without causality all tokens are seen", arguments: shapes, [nil, 1, 5, 16, 40])
    func bidirectional(_ shape: (headDim: Int, heads: Int, kvHeads: Int), window: Int?) throws {
        let spec = AttentionSpec(
            layer: 0, numHeads: shape.heads, numKVHeads: shape.kvHeads, headDim: shape.headDim, slidingWindow: window,
            isCausal: false)
        try compare(spec)
        try compare(spec) { maker, x in maker.emit(.rotary(x, self.rotary(8), spec)) }
    }

    @Test("Without causality in bfloat16 where that is faster")
    func bidirectionalNarrow() throws {
        let spec = AttentionSpec(layer: 0, numHeads: 4, numKVHeads: 4, headDim: 24, isCausal: false)
        try compare(spec, OpTwin(tolerance: 5e-2, format: .bf16, float32: false))
    }

    @Test("Norms of query and key in every grouping", arguments: [Norm.Kind.rms, .layer])
    func headNorms(kind: Norm.Kind) throws {
        let spec = AttentionSpec(layer: 0, numHeads: 6, numKVHeads: 2, headDim: 12)
        func norm(_ name: String, group: Int, _ count: Int) -> Norm {
            Norm(kind, groupSize: group, weights: [WeightRef(name: "\(name).weight", shape: [count])], eps: 1e-6)
        }
        let cases = [
            (norm("q", group: 12, 12), norm("k", group: 12, 12)), (norm("q", group: 12, 72), norm("k", group: 12, 24)),
            (norm("q", group: 72, 72), norm("k", group: 24, 24)), (norm("q", group: 12, 12), norm("k", group: 24, 24)),
        ]
        for (query, key) in cases {
            try compare(spec) { maker, x in
                let normed = maker.emit(.qkNorm(x, query: query, key: key, spec))
                return maker.emit(.rotary(normed, self.rotary(12), spec))
            }
            try compare(spec) { maker, x in
                let turned = maker.emit(.rotary(x, self.rotary(6, interleaved: true), spec))
                return maker.emit(.qkNorm(turned, query: query, key: key, spec))
            }
            // Read twice: neither joins the attention.
            try compare(spec) { maker, x in
                let normed = maker.emit(.qkNorm(x, query: query, key: key, spec))
                let turned = maker.emit(.rotary(normed, self.rotary(6), spec))
                return maker.emit(.add(turned, x))
            }
        }
    }

    @Test("Queries grow with their position")
    func queryScaling() throws {
        let spec = AttentionSpec(layer: 0, numHeads: 4, numKVHeads: 2, headDim: 18)
        var rotary = rotary(10)
        rotary.queryScaling = .init(beta: 0.7, originalMaxPositionEmbeddings: 8)
        let growing = rotary
        try compare(spec) { maker, x in maker.emit(.rotary(x, growing, spec)) }
        try compare(spec) { maker, x in maker.emit(.add(maker.emit(.rotary(x, growing, spec)), x)) }
    }

    @Test("Requests take the long variant by themselves")
    func longRotary() throws {
        let spec = AttentionSpec(layer: 0, numHeads: 4, numKVHeads: 2, headDim: 18)
        var rotary = rotary(18)
        rotary.long = .init(
            length: 8, inverseFrequencies: (0..<9).map { 0.2 / Float(1 + $0) }, attentionFactor: 1.3)
        let long = rotary
        try compare(spec, OpTwin(longRequests: [0, 2])) { maker, x in maker.emit(.rotary(x, long, spec)) }
    }
}
