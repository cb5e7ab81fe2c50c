/// The texts of a model's tokens, as bytes.
public struct TokenVocabulary: Sendable {
    /// The bytes of each token id: what it adds to the output. Empty where the token adds nothing or is not used.
    public var tokens: [[UInt8]]
    /// Ids of special (control) tokens: never part of a JSON text, whatever their bytes. They may stand for the marks of
    /// a structural tag.
    public var special: Set<Int>
    /// Ids that end the output: allowed exactly where the grammar is complete.
    public var endOfSequence: Set<Int>

    /// Memberwise.
    public init(tokens: [[UInt8]], special: Set<Int> = [], endOfSequence: Set<Int> = []) {
        self.tokens = tokens
        self.special = special
        self.endOfSequence = endOfSequence
    }

    /// One token for each byte, and 256 as end of sequence.
    public static let bytes = TokenVocabulary(
        tokens: (0...255).map { [UInt8($0)] } + [[]], special: [256], endOfSequence: [256])
}
