internal import MartletModelIR

extension ModelRegistry {
    /// Encoders.
    static let encoderFamilies: [any ModelArchitecture.Type] = [Bert.self, ModernBert.self]
}
