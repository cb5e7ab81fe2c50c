internal import MartletJSON
public import MartletModelIR
public import MartletModels

/// What every architecture must keep, checked with random weights: for tests of architectures inside and outside this package.
///
/// It needs no checkpoint and no reference, so it cannot say that a model is right, only that it is consistent: prompts
/// cut into steps, batched or alone give equal logits, no token sees later ones, and what a configuration asks for is
/// either read or refused.
public struct ModelConformance {
    private let config: ModelConfig
    private let registry: ModelRegistry

    /// A check of the architecture that `registry` has for `config`, which should be small: every weight is made up.
    public init(config: ModelConfig, registry: ModelRegistry) {
        self.config = config
        self.registry = registry
    }

    /// What is wrong, one sentence each; empty for an architecture that keeps everything.
    ///
    /// - Parameter backends: Where programs run; the reference backend always does, the others are compared with it.
    public func violations(on backends: [any Backend] = []) -> [String] {
        let model: any ModelArchitecture
        let program: Program
        do throws(ModelError) {
            model = try registry.model(for: config)
            program = try Self.record(model)
            guard try Self.record(registry.model(for: config)) == program else {
                return ["recording the same configuration twice gives two programs"]
            }
        } catch {
            return ["the configuration is refused: \(error)"]
        }
        let structure = ProgramChecks(model: model, program: program).violations + refusals()
        guard structure.isEmpty else { return structure }
        do {
            return try BehaviourChecks(model: model, program: program, backends: backends).violations()
        } catch {
            return ["a step fails: \(error)"]
        }
    }

    /// A key that speaks of the network and that nobody reads must be refused.
    private func refusals() -> [String] {
        var json = config.json
        let key = "conformance_unknown_attention_multiplier"
        json[key] = 0.5
        do throws(ModelError) {
            _ = try registry.model(for: ModelConfig(json: json, origin: config.origin))
            return ["the unknown key \(key) is accepted in silence"]
        } catch {
            return error.key == key ? [] : ["the unknown key \(key) is refused as \(error.key)"]
        }
    }

    private static func record(_ model: any ModelArchitecture) throws(ModelError) -> Program {
        var recorder = Recorder()
        let output = try model.record(.decoder, into: &recorder)
        return recorder.finish(output)
    }
}
