internal import MartletModelIR

extension ModelRegistry {
    /// Decoders with RMSNorm and gated MLPs.
    static let denseFamilies: [any ModelArchitecture.Type] = [
        Apertus.self, Cohere.self, Ernie45.self, Exaone4.self, Gemma.self, Gemma2.self, Gemma3.self, Glm.self,
        Granite.self, Ministral.self, Olmo.self, Olmo2.self, Phi3.self, SeedOss.self, SmolLM3.self,
    ]
}
