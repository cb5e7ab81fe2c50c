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
            one after the other. Every model also gives NAME.last_hidden_state [T, hidden], after its final norm, \
            and of it NAME.pooled_mean_l2, NAME.pooled_cls_l2 and NAME.pooled_last_l2 [hidden]: the mean, the first \
            and the last token's at length one; models of embeddings give nothing else. No tokenizer is needed, and \
            the KV cache is float32. An input with tokens that stand for images is left out.

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

    /// What is computed.
    enum Task: String, ExpressibleByArgument, CaseIterable {
        case auto, generate, embed
    }

    @Option(help: "What to compute: logits (generate), hidden states (embed), or what the model has (auto).")
    var task = Task.auto

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
        let media = try await ForwardPass.mediaTokenIDs(modelConfiguration)
        sequences.removeAll { name, tokenIDs in
            guard let id = tokenIDs.first(where: { media.contains(Int($0)) }) else { return false }
            console.err("martlet: warning: \(name) is left out: token \(id) stands for an image, video or sound\n")
            return true
        }
        guard !sequences.isEmpty else { throw CLIError("\(input): no input is of text alone") }
        let longest = sequences.map(\.tokenIDs.count).max() ?? 0
        var writer = SafetensorsWriter()
        let isPoolingOnly = try await HiddenStatesPass.isPoolingOnly(modelConfiguration)
        let isExtra = task == .auto && !isPoolingOnly
        if task == .generate || isExtra {
            // One model is in memory at a time.
            try await addLogits(of: sequences, longest: longest, to: &writer, console: console)
        }
        if task == .embed || isPoolingOnly {
            try await addHiddenStates(of: sequences, longest: longest, to: &writer, console: console)
        } else if isExtra {
            do {
                try await addHiddenStates(of: sequences, longest: longest, to: &writer, console: console)
            } catch {
                console.err("martlet: warning: no hidden states: \(error)\n")
            }
        }
        try writer.write(to: output)
    }

    private func addLogits(
        of sequences: [(name: String, tokenIDs: [Int32])], longest: Int, to writer: inout SafetensorsWriter,
        console: Console
    ) async throws {
        let line = ProgressLine(console: console)
        defer { line.clear() }
        let pass = try await ForwardPass.load(modelConfiguration, maxModelLen: longest + (greedy?.value ?? 0)) {
            line.show($0)
        }
        for (name, tokenIDs) in sequences {
            let logits = try pass.logits(of: tokenIDs)
            writer.add("\(name).logits", shape: [tokenIDs.count, pass.vocabSize], logits)
            guard let greedy else { continue }
            let ids = try pass.greedy(after: tokenIDs, count: greedy.value)
            writer.add("\(name).greedy_ids", shape: [ids.count], ids)
        }
    }

    private func addHiddenStates(
        of sequences: [(name: String, tokenIDs: [Int32])], longest: Int, to writer: inout SafetensorsWriter,
        console: Console
    ) async throws {
        let line = ProgressLine(console: console)
        defer { line.clear() }
        let pass = try await HiddenStatesPass.load(modelConfiguration, maxModelLen: longest) { line.show($0) }
        for (name, tokenIDs) in sequences {
            let (rows, width) = (try pass.hiddenStates(of: tokenIDs), pass.width)
            writer.add("\(name).last_hidden_state", shape: [tokenIDs.count, width], rows)
            let mean = (0..<width).map { column in
                Float(
                    stride(from: column, to: rows.count, by: width).reduce(0.0) { $0 + Double(rows[$1]) }
                        / Double(tokenIDs.count))
            }
            for (pooling, vector) in [
                ("mean", mean), ("cls", Array(rows.prefix(width))), ("last", Array(rows.suffix(width))),
            ] {
                let length = max(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot(), 1e-12)
                writer.add("\(name).pooled_\(pooling)_l2", shape: [width], vector.map { Float(Double($0) / length) })
            }
        }
    }

    private var modelConfiguration: LLMConfiguration {
        var configuration = LLMConfiguration()
        model.apply(to: &configuration)
        configuration.dtype = dtype
        configuration.backend = backend
        configuration.numThreads = threads?.value
        configuration.kernels = kernels
        return configuration
    }
}
