import ArgumentParser
import Martlet
import MartletTokenizers

/// `martlet tokenize`: token ids of texts.
struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn texts into token ids.",
        discussion: """
            Reads JSON lines {"text": ...} and writes for each {"ids": [...], "decoded": ...}, where decoded is the \
            text of the ids with special tokens. SentencePiece and tekken.json files do not read control tokens from \
            text and do not write them. MODEL may also be a tokenizer file alone: \(TokenizerOptions.files).

              echo '{"text": "Hello"}' | martlet tokenize ./model --add-special-tokens
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Flag(help: "Add what the model puts around a text, such as a beginning-of-sequence token.")
    var addSpecialTokens = false

    mutating func run() async throws {
        let console = Console.standard
        let tokenizer = try await TokenizerOptions.load(model, console: console)
        let allGood = JSONLines(console: console).answer { line in
            try TokenizeLine(tokenizer: tokenizer).tokenized(line, addSpecialTokens: addSpecialTokens)
        }
        if !allGood { throw ExitCode(1) }
    }
}

/// `martlet detokenize`: texts of token ids.
struct DetokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detokenize",
        abstract: "Turn token ids into texts.",
        discussion: """
            Reads JSON lines {"ids": [...]} and writes for each {"text": ...}. MODEL may also be a tokenizer file \
            alone: \(TokenizerOptions.files).

              echo '{"ids": [15496, 11]}' | martlet detokenize ./model
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Flag(help: "Leave special tokens out.")
    var skipSpecialTokens = false

    mutating func run() async throws {
        let console = Console.standard
        let tokenizer = try await TokenizerOptions.load(model, console: console)
        let allGood = JSONLines(console: console).answer { line in
            try TokenizeLine(tokenizer: tokenizer).detokenized(line, skipSpecialTokens: skipSpecialTokens)
        }
        if !allGood { throw ExitCode(1) }
    }
}

/// What the two commands share.
private enum TokenizerOptions {
    static let files =
        "tokenizer.json, tekken.json, a SentencePiece .model, a .tiktoken or a .gguf file"

    static func load(_ model: ModelOptions, console: Console) async throws -> Tokenizer {
        var configuration = LLMConfiguration()
        model.apply(to: &configuration)
        model.announce(on: console)
        let line = ProgressLine(console: console)
        defer { line.clear() }
        let tokenizer = try await LLM.loadTokenizer(configuration) { line.show($0) }
        for notice in tokenizer.notices { console.err("martlet: notice: \(notice)\n") }
        return tokenizer
    }
}
