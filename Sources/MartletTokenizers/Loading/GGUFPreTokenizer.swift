/// What a GGUF file leaves unsaid and llama.cpp deduces from `tokenizer.ggml.pre`.
///
/// **Source** llama.cpp `llama-vocab.cpp`; the normaliser is what the family's tokenizer.json has.
struct GGUFPreTokenizer {
    var stages: [PreTokenizer.Stage]
    var normalizer: Normalizer?
    var ignoreMerges = false
    var addsBOS = false

    /// What `pre` stands for.
    init(pre: String) throws(TokenizerError) {
        guard let known = Self.families.first(where: { $0.names.contains(pre) }) else {
            let names = Self.families.flatMap(\.names).joined(separator: ", ")
            throw .unsupported(part: "GGUF pre-tokenizer", name: pre, supported: names)
        }
        self = known.value
    }

    private init(
        _ patterns: [SplitPattern], normalizer: Normalizer? = nil, ignoreMerges: Bool = false, addsBOS: Bool = false
    ) {
        stages = patterns.map { .split($0) }
        self.normalizer = normalizer
        self.ignoreMerges = ignoreMerges
        self.addsBOS = addsBOS
    }

    private static let families: [(names: [String], value: GGUFPreTokenizer)] = [
        (["default", "gpt-2", "phi-2", "mpt", "olmo", "gigachat"], .init([.gpt2])),
        (
            ["llama-bpe", "llama3", "llama-v3", "falcon3"],
            .init([.cl100k(maxDigits: 3, marksJoinLetters: false)], ignoreMerges: true, addsBOS: true)
        ),
        (["dbrx", "smaug-bpe"], .init([.cl100k(maxDigits: 3, marksJoinLetters: false)])),
        (
            ["qwen2", "deepseek-r1-qwen", "megrez"],
            .init([.cl100k(maxDigits: 1, marksJoinLetters: false)], normalizer: .nfc)
        ),
        (["stablelm2"], .init([.cl100k(maxDigits: 1, marksJoinLetters: false)])),
        (["qwen35"], .init([.cl100k(maxDigits: 1, marksJoinLetters: true)], normalizer: .nfc)),
        (["smollm", "starcoder", "refact", "command-r", "codeshell"], .init([.digits(individual: true), .gpt2])),
        (
            ["tekken"],
            .init([.o200k(maxDigits: 1, contractions: false)], ignoreMerges: true, addsBOS: true)
        ),
        (["gpt-4o", "llama4"], .init([.o200k(maxDigits: 3, contractions: true)])),
        (["deepseek-v3"], .init([.numbers(max: 3), .cjk, .deepSeekV3])),
    ]
}
