internal import MartletModelIR

extension ModelRegistry {
    /// Mixtures of experts.
    static let expertFamilies: [any ModelArchitecture.Type] = [
        Mixtral.self, Qwen2MoE.self, Qwen3MoE.self, MiniMaxM2.self, OLMoE.self, GraniteMoE.self, Glm4MoE.self,
        Ernie45MoE.self, GptOss.self,
    ]
}
