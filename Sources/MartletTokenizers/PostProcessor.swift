/// Which special tokens `addSpecialTokens` puts around the text.
struct PostProcessor: Sendable, Equatable {
    /// A part of the result.
    enum Part: Sendable, Equatable {
        /// The tokens of the text.
        case text
        /// The tokens of the second text of a pair.
        case secondText
        /// A token that `addSpecialTokens` adds.
        case token(Int32)
    }

    /// The parts with `addSpecialTokens`; the text mostly occurs once.
    let parts: [Part]
    /// The parts without it: mostly the text alone.
    let plainParts: [Part]
    /// The parts of two texts with `addSpecialTokens`, each with its token type; nil where the file does not say.
    let pairParts: [TypedPart]?

    /// A part of a pair's result and which of the two texts it counts as.
    struct TypedPart: Sendable, Equatable {
        var part: Part
        var type: Int32
    }

    /// A processor that puts tokens before and after the text.
    init(prefix: [Int32] = [], suffix: [Int32] = []) {
        self.init(parts: prefix.map(Part.token) + [.text] + suffix.map(Part.token))
    }

    /// A processor with these parts.
    init(parts: [Part], plainParts: [Part] = [.text], pairParts: [TypedPart]? = nil) {
        self.parts = parts
        self.plainParts = plainParts
        self.pairParts = pairParts
    }
}
