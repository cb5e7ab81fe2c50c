import ArgumentParser

/// `martlet grammar`: what outputs can be held to.
struct GrammarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grammar",
        abstract: "Try JSON Schemas, regular expressions and grammars for outputs.",
        subcommands: [GrammarCheckCommand.self, GrammarExplainCommand.self])
}
