public import MartletModelIR

/// The architectures that can be served, by the name config.json gives them.
public struct ModelRegistry: Sendable {
    private let architectures: [any ModelArchitecture.Type]

    /// The architectures of this package.
    public static let builtIn = ModelRegistry(
        llamaFamilies + denseFamilies + gptFamilies + expertFamilies + latentFamilies + recurrentFamilies
            + encoderFamilies)

    /// A registry of the given architectures; where two serve the same name, the later one wins.
    public init(_ architectures: [any ModelArchitecture.Type]) { self.architectures = architectures }

    /// This registry with out-of-tree architectures, which win over those of the same name.
    public func adding(_ more: [any ModelArchitecture.Type]) -> ModelRegistry { ModelRegistry(architectures + more) }

    /// Every name served, sorted.
    public var supportedArchitectures: [String] { Set(architectures.flatMap { $0.architectures }).sorted() }

    /// The model a configuration describes.
    ///
    /// **Throws** for an unknown architecture, listing the known ones, and for whatever the architecture refuses.
    public func model(for config: ModelConfig) throws(ModelError) -> any ModelArchitecture {
        let name = config.architecture
        guard let architecture = architectures.last(where: { $0.architectures.contains(name) }) else {
            let supported = supportedArchitectures.joined(separator: ", ")
            let found = name.isEmpty ? "is missing or empty" : "\(name) is not supported"
            throw config.error("architectures", "\(found); supported: \(supported)")
        }
        let model = try architecture.init(config: config)
        try config.refuseUnreadNumerics()
        return model
    }
}
