import MartletCPUBackend
import MartletModelIR
import MartletWeights

/// The backends every family is tested on.
enum BackendChoice: String, CaseIterable, Sendable {
    case reference
    case cpu
    /// The kernels that every machine has, on more threads than some have cores.
    case cpuPortable

    func make() throws -> any Backend {
        switch self {
        case .reference: ReferenceBackend()
        case .cpu: try CPUBackend()
        case .cpuPortable: try CPUBackend(configuration: CPUBackendConfiguration(numThreads: 2, kernels: "portable"))
        }
    }

    /// Loads the fixture `<family>`, a folder of safetensors, or `<family>/model.gguf`.
    func load(_ path: String, cacheDType: KVCacheDType = .float32) throws -> LoadedModel {
        let checkpoint = try Checkpoint.open(path: "\(Fixture.root)/models/\(path)")
        // The CPU backend wants whole cache lines; smaller blocks try the tables harder.
        return try LoadedModel(
            checkpoint.config, checkpoint.weights, on: make(), blockSize: self == .reference ? 4 : 16,
            cacheDType: cacheDType)
    }
}
