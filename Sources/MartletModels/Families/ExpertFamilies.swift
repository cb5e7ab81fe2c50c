internal import MartletModelIR

extension ModelRegistry {
    /// Mixtures of experts.
    static let expertFamilies: [any ModelArchitecture.Type] = []
}
