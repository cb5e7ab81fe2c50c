internal import MartletModelIR

extension ModelRegistry {
    /// Hybrids of attention and recurrent layers.
    static let recurrentFamilies: [any ModelArchitecture.Type] = []
}
