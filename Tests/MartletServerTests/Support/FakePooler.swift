import Martlet
import MartletEngine
import MartletServer
import Synchronization

/// A model whose vectors the test can work out: an embedding is `[length, 1]`, a score the length by ten.
final class FakePooler: PoolingServingEngine {
    let servedModel = ServedModel(name: "pooler", root: "/models/pooler", maxModelLen: 20)
    let load = EngineStatistics()
    let task: PoolingModel.Task
    let labels: [String]
    private let seen = Mutex<[PoolingOptions]>([])
    private let instructions = Mutex<[String?]>([])

    init(task: PoolingModel.Task = .embed, labels: [String] = []) {
        self.task = task
        self.labels = labels
    }

    var options: [PoolingOptions] { seen.withLock { $0 } }
    var lastInstruction: String? { instructions.withLock { $0.last ?? nil } }

    func encode(_ text: String, addSpecialTokens: Bool) throws(LLMError) -> [Int32] { text.utf8.map { Int32($0) } }
    func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool) throws(LLMError) -> String { "" }
    func bytes(ofToken tokenID: Int32) -> [UInt8] { [] }
    func vocabularyEntry(_ tokenID: Int32) -> String { "" }
    func shutDown(drainTimeout: Duration?) async {}

    private func lengths(_ inputs: [PoolingInput]) throws(LLMError) -> [Int] {
        var lengths: [Int] = []
        for input in inputs {
            let length =
                switch input {
                case .text(let text): text.count
                case .pair(let first, let second): first.count + second.count
                case .tokenIDs(let ids): ids.count
                }
            guard length <= 20 else {
                throw .contextLengthExceeded(promptTokens: length, maxModelLen: 20, message: "too long")
            }
            lengths.append(length)
        }
        return lengths
    }

    func embed(_ inputs: [PoolingInput], options: PoolingOptions) async throws(LLMError) -> PoolingResult {
        seen.withLock { $0.append(options) }
        let lengths = try lengths(inputs)
        return PoolingResult(
            vectors: lengths.map { [Float($0), 1] }, numPromptTokens: lengths.reduce(0, +))
    }

    func classify(_ inputs: [PoolingInput], options: PoolingOptions) async throws(LLMError) -> PoolingResult {
        seen.withLock { $0.append(options) }
        let lengths = try lengths(inputs)
        return PoolingResult(
            vectors: lengths.map { length in labels.indices.map { Float(length + $0) / 10 } },
            numPromptTokens: lengths.reduce(0, +))
    }

    func score(
        _ first: [String], _ second: [String], instruction: String?, options: PoolingOptions
    ) async throws(LLMError) -> PoolingResult {
        instructions.withLock { $0.append(instruction) }
        let lengths = try lengths(second.map { .text($0) })
        return PoolingResult(
            vectors: lengths.map { [Float($0) / 10] }, numPromptTokens: lengths.reduce(0, +) + first.joined().count)
    }
}
