import ArgumentParser
import Martlet
import MartletGrammar
import MartletTokenizers

/// `martlet grammar check`: which texts a constraint accepts, and what it costs.
struct GrammarCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell which texts JSON Schemas, regular expressions and grammars accept.",
        discussion: """
            Reads JSON lines {"schema": SCHEMA, "texts": [TEXT, ...]}, where "regex", "grammar", "choice", \
            "structural_tag" or "json_object": true may take the place of "schema", and writes for each {"compiled", \
            "error", "accepted", "compile_ms", "first_mask_us", "mask_us"}. A text is accepted when each byte (each \
            token, with --vocabulary) is allowed by the mask and the end of the text is allowed after it; "mask_us" is \
            the time of the masks at all these places. "error" names the place in the schema and the keyword. Lines may \
            have the options of requests: "whitespace_pattern", "disable_any_whitespace", \
            "disable_additional_properties", and those of --structured-outputs-config: "any_property_order", \
            "ignored_keywords". Properties may come in any order, as validity has none; requests to a server are held \
            to the declared order, as with --property-order declared.

              echo '{"schema": {"type": "integer"}, "texts": ["12", "x"]}' | martlet grammar check
            """)

    @Option(
        help: ArgumentHelp(
            "Whose tokens to use: a model, as for the other commands, or a tokenizer file; no weights are read "
                + "(default: one token per byte).", valueName: "model"))
    var vocabulary: String?

    @Option(help: ArgumentHelp("Time that one constraint may take to compile.", valueName: "seconds"))
    var compileTimeout = 5.0

    @Option(
        help: ArgumentHelp("Order of properties where a line does not say it: any or declared.", valueName: "order"))
    var propertyOrder = GrammarCheck.PropertyOrder.any

    @Option(
        help: ArgumentHelp(
            "Add every single time as \"timings\", read from the wall clock or that of the thread: wall or thread.",
            valueName: "clock"))
    var timings: GrammarClock?

    mutating func validate() throws {
        guard compileTimeout > 0 else { throw ValidationError("--compile-timeout must be more than 0") }
    }

    mutating func run() async throws {
        let console = Console.standard
        var limits = GrammarLimits()
        limits.compileTime = .seconds(compileTimeout)
        var tokens: GrammarTokens = .bytes
        if let vocabulary {
            var configuration = LLMConfiguration(model: vocabulary)
            configuration.environment = Environment.hub
            let line = ProgressLine(console: console)
            defer { line.clear() }
            tokens = GrammarTokens(try await LLM.loadTokenizer(configuration) { line.show($0) })
        }
        let check = GrammarCheck(tokens: tokens, limits: limits, order: propertyOrder, timings: timings)
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) { continue }
            console.out(check.answer(line) + "\n")
        }
    }
}
