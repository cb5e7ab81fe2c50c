import MartletCPUBackend
import MartletModelIR

/// The backend a configuration asks for, with what it says of itself.
struct ChosenBackend {
    let backend: any Backend
    /// `--backend` spelling.
    let name: String
    /// The kernel set in use.
    let kernels: String
    let numThreads: Int

    /// **Throws** `unsupported` for kernels this processor has not.
    init(_ configuration: LLMConfiguration) throws(LLMError) {
        switch configuration.backend {
        case .reference:
            backend = ReferenceBackend()
            name = ReferenceBackend.name
            kernels = "swift"
            numThreads = 1
        case .cpu:
            do {
                let cpu = try CPUBackend(
                    configuration: .init(numThreads: configuration.numThreads, kernels: configuration.kernels))
                backend = cpu
                name = CPUBackend.name
                kernels = cpu.description
                numThreads = cpu.numThreads
            } catch {
                throw .unsupported(error.description)
            }
        }
    }
}
