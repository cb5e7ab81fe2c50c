import ArgumentParser
import MartletGrammar
import MartletJSON

/// `martlet grammar explain`: what is done with each keyword of a JSON Schema.
struct GrammarExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what is done with each keyword of a JSON Schema.",
        discussion: """
            Reads a schema from FILE, or from the standard input with -, and prints for each keyword whether it is \
            enforced, with its place and the reason where it is not; then some texts that the schema allows, and what \
            it costs. Without FILE the keywords that are enforced are listed.

              martlet grammar explain schema.json
              echo '{"type": "string", "format": "date"}' | martlet grammar explain - --json
            """)

    @Argument(help: ArgumentHelp("A file with a JSON Schema, or -.", valueName: "file"), completion: .file())
    var file: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Texts to show.", valueName: "n"))
    var samples = 3

    @Option(help: ArgumentHelp("Chooses other texts.", valueName: "n"))
    var seed: UInt64 = 1

    mutating func validate() throws {
        guard (0...1000).contains(samples) else { throw ValidationError("--samples must be from 0 to 1000") }
    }

    mutating func run() throws {
        let console = Console.standard
        guard let file else {
            let names = SchemaExplanation.supportedKeywords
            return console.out(
                json
                    ? JSONWriter.string(["keywords": .array(names.map { .string($0) })]) + "\n"
                    : names.map { $0 + "\n" }.joined())
        }
        guard let text = file == "-" ? console.readAll() : TextFile.read(file) else {
            throw CLIError("cannot read \(file)")
        }
        let schema: JSONValue
        do { schema = try JSONReader.parse(text) } catch { throw CLIError("\(file): \(error)") }
        let report = GrammarExplanation(of: schema, numSamples: samples, seed: seed)
        console.out(json ? JSONWriter.string(report.json) + "\n" : report.text)
        if report.error != nil { throw ExitCode(1) }
    }
}
