public import MartletModelIR

/// The architectures that can be served, by the name config.json gives them.
public struct ModelRegistry: Sendable {
    private var architectures: [String: any ModelArchitecture.Type] = [:]

    /// The architectures of this package.
    public static let builtIn: ModelRegistry = {
        let families =
            llamaFamilies + denseFamilies + gptFamilies + expertFamilies + latentFamilies + recurrentFamilies
            + encoderFamilies + transcriptionFamilies
        do { return try ModelRegistry().adding(families) } catch { preconditionFailure("\(error)") }
    }()

    /// A registry of nothing.
    public init() {}

    /// This registry with more architectures.
    ///
    /// - Parameter override: Whether a new architecture may take the place of one that serves the same name.
    ///
    /// **Throws** for a name that is taken, unless `override` is set.
    public func adding(
        _ more: [any ModelArchitecture.Type], override: Bool = false
    ) throws(ModelError) -> ModelRegistry {
        var result = self
        for architecture in more {
            for name in architecture.architectures {
                if let taken = result.architectures[name], !override {
                    throw ModelError(
                        architecture: name, key: "architectures",
                        message: "\(architecture) would take the place of \(taken); say override to let it")
                }
                result.architectures[name] = architecture
            }
        }
        return result
    }

    /// Every name served, sorted.
    public var supportedArchitectures: [String] { architectures.keys.sorted() }

    /// The model a configuration describes.
    ///
    /// **Throws** for an unknown architecture, listing the known ones, for whatever the architecture refuses, and for
    /// keys it did not read that could matter.
    public func model(for config: ModelConfig) throws(ModelError) -> any ModelArchitecture {
        let name = config.architecture
        guard let architecture = architectures[name] else {
            let supported = supportedArchitectures.joined(separator: ", ")
            let found = name.isEmpty ? "is missing or empty" : "\(name) is not supported"
            throw config.error("architectures", "\(found); supported: \(supported)")
        }
        let model = try architecture.init(config: config)
        try config.refuseUnreadNumerics()
        return model
    }
}
