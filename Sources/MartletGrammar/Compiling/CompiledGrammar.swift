/// A grammar ready to constrain output, shared by all requests that ask for the same.
public final class CompiledGrammar: Sendable {
    /// Keywords of the schema that are not enforced, because the options allowed to ignore them.
    public let ignoredKeywords: [IgnoredKeyword]

    init(ignoredKeywords: [IgnoredKeyword]) { self.ignoredKeywords = ignoredKeywords }
}
