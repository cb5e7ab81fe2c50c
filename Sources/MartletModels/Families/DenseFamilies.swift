internal import MartletModelIR

extension ModelRegistry {
    /// Decoders with RMSNorm and gated MLPs.
    static let denseFamilies: [any ModelArchitecture.Type] = []
}
