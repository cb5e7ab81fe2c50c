internal import MartletModelIR

extension ModelRegistry {
    /// Multi-head latent attention.
    static let latentFamilies: [any ModelArchitecture.Type] = [DeepseekV2.self, DeepseekV3.self]
}
