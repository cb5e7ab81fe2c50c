/// What every token does from one state of a lexeme whose end is certain when it is reached (prefix-free). The same in all
/// grammars that have the lexeme.
///
/// States that differ from another one in a few tokens only (a string other than some, from any string) are kept as the
/// difference.
final class LexemeMask: Sendable {
    /// The mask that this one differs from.
    let base: LexemeMask?
    /// The tokens that stay inside the lexeme or end where it ends: allowed whatever comes after it. Besides those of
    /// `base`.
    let inside: TokenSet
    /// What is left of the tokens that go on after the end of the lexeme, from there on. Besides those of `base`.
    let exits: FlatTrie
    /// Tokens of `base`, inside or exits, that are none of this one.
    let missing: Set<Int32>
    /// Tokens of `exits` that are none of this one.
    let missingExits: Set<Int32>
    /// Bytes of memory held, without what belongs to other masks.
    let byteCount: Int

    init(
        base: LexemeMask? = nil, inside: TokenSet, exits: FlatTrie, ownsExits: Bool = true, missing: Set<Int32> = [],
        missingExits: Set<Int32> = []
    ) {
        self.base = base
        self.inside = inside
        self.exits = exits
        self.missing = missing
        self.missingExits = missingExits
        byteCount =
            inside.byteCount + (ownsExits ? exits.byteCount : 0) + (missing.count + missingExits.count) * 8 + 128
    }
}
