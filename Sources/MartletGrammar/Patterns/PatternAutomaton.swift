/// Patterns whose lookaround `PatternLowering` cannot write as a language.
enum PatternAutomaton {
    static func language(of node: PatternNode, followedBy rest: Regex) throws(GrammarError) -> Regex {
        throw GrammarError(.unsupported, "regular expression: lookaround inside a loop or far behind")
    }
}
