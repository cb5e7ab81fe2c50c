import ArgumentParser
import Martlet
import MartletWeights

/// `martlet logits`: float32 logits for token ids, to compare with other implementations.
struct LogitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Compute float32 logits for token ids.",
        discussion: """
            For every int32 tensor NAME.input_ids [T] of the input the output gets NAME.logits, float32 \
            [T, vocabulary], and with --greedy N also NAME.greedy_ids, int32 [N]: the N most probable tokens \
            one after the other. No tokenizer is needed, and the KV cache is float32.

              martlet logits ./model --input ids.safetensors --output logits.safetensors --greedy 16
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(help: ArgumentHelp("Safetensors file with NAME.input_ids.", valueName: "file"), completion: .file())
    var input: String

    @Option(help: ArgumentHelp("Safetensors file to write.", valueName: "file"), completion: .file())
    var output: String

    @Option(help: ArgumentHelp("Also continue every input by this many tokens.", valueName: "n"))
    var greedy: CountArgument?

    @Option(help: "Arithmetic; auto shows what the fast kernels make of it.")
    var dtype = LLMConfiguration.DType.float32

    @Option(help: "Where to compute: cpu, or the slow reference implementation.")
    var backend = LLMConfiguration.BackendKind.cpu

    @Option(help: ArgumentHelp("Threads (default: physical cores).", valueName: "n"))
    var threads: CountArgument?

    @Option(help: ArgumentHelp("Force a kernel set.", valueName: "name"))
    var kernels: String?

    private static let inputSuffix = ".input_ids"

    mutating func run() async throws {
        let console = Console.standard
        let file = try Safetensors(path: input)
        let names = file.entries.map(\.name).filter { $0.hasSuffix(Self.inputSuffix) }
        guard !names.isEmpty else {
            throw CLIError("\(input): no tensor is called NAME\(Self.inputSuffix)")
        }
        var sequences: [(name: String, tokenIDs: [Int32])] = []
        for name in names { sequences.append((String(name.dropLast(Self.inputSuffix.count)), try file.int32(name))) }
        model.announce(on: console)
        let pass = try await load(longest: sequences.map(\.tokenIDs.count).max() ?? 0, console: console)

        var writer = SafetensorsWriter()
        for (name, tokenIDs) in sequences {
            let logits = try pass.logits(of: tokenIDs)
            writer.add("\(name).logits", shape: [tokenIDs.count, pass.vocabSize], logits)
            guard let greedy else { continue }
            let ids = try pass.greedy(after: tokenIDs, count: greedy.value)
            writer.add("\(name).greedy_ids", shape: [ids.count], ids)
        }
        try writer.write(to: output)
    }

    private func load(longest: Int, console: Console) async throws -> ForwardPass {
        var configuration = LLMConfiguration()
        model.apply(to: &configuration)
        configuration.dtype = dtype
        configuration.backend = backend
        configuration.numThreads = threads?.value
        configuration.kernels = kernels
        let line = ProgressLine(console: console)
        defer { line.clear() }
        return try await ForwardPass.load(configuration, maxModelLen: longest + (greedy?.value ?? 0)) { line.show($0) }
    }
}
