import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Latent attention in its absorbed form against the reference, which makes every key and value.
struct LatentTwinTests {
    private func compare(_ heads: Int, nope: Int, rope: Int, value: Int, latent: Int, _ twin: OpTwin) throws {
        let frequencies = (0..<rope / 2).map { 1 / Float(1 + 3 * $0) }
        let spec = LatentAttentionSpec(
            layer: 0, numHeads: heads, nopeDim: nope, ropeDim: rope, valueDim: value, latentDim: latent,
            scale: 0.3,
            rotary: RotaryEmbedding(
                rotaryDim: rope, inverseFrequencies: frequencies, isNeoxStyle: false,
                queryScaling: .init(beta: 0.5, originalMaxPositionEmbeddings: 16)),
            keyUp: WeightRef(name: "up.weight", shape: [heads * (nope + value), latent])
                .rows(length: nope, stride: nope + value, count: heads),
            valueUp: WeightRef(name: "up.weight", shape: [heads * (nope + value), latent])
                .rows(start: nope, length: value, stride: nope + value, count: heads))
        var twin = twin
        twin.specs = [.latent(spec)]
        var maker = ProgramMaker()
        let x = maker.emit(.scale(maker.embed(40), 3))
        let query = maker.linear(x, [heads * (nope + rope)], from: 40)
        let row = maker.linear(x, [latent], from: 40)
        let ropeKey = maker.linear(x, [rope], from: 40)
        let attended = maker.emit(.latentAttention(query: query, latent: row, ropeKey: ropeKey, spec))
        try twin.compare(maker.finish(maker.linear(attended, [33], from: heads * value)))
    }

    @Test("All shapes and cache types", arguments: KVCacheDType.allCases)
    func shapes(dtype: KVCacheDType) throws {
        let twin = OpTwin(dtype: dtype, tolerance: dtype == .float32 ? 1e-4 : 5e-2)
        try compare(4, nope: 16, rope: 8, value: 16, latent: 32, twin)
        try compare(3, nope: 13, rope: 6, value: 9, latent: 21, twin)
        try compare(40, nope: 8, rope: 4, value: 12, latent: 48, twin)
        try compare(1, nope: 24, rope: 2, value: 10, latent: 19, twin)
    }

    @Test("Weights in bfloat16")
    func narrowWeights() throws {
        let twin = OpTwin(tolerance: 3e-2, format: .bf16, float32: false)
        try compare(4, nope: 16, rope: 8, value: 16, latent: 32, twin)
    }
}
