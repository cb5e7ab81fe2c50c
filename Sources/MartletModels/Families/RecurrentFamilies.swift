internal import MartletModelIR

extension ModelRegistry {
    /// Hybrids of attention and recurrent layers.
    static let recurrentFamilies: [any ModelArchitecture.Type] = [
        Qwen3Next.self, Qwen3_5.self, Qwen3_5Moe.self, Lfm2.self, Lfm2Moe.self, GraniteMoeHybrid.self, Mamba2LM.self,
    ]
}
