/// A token that is recognised in the text before it is split.
struct AddedToken: Sendable {
    var id: Int32
    /// The content as UTF-8.
    var content: [UInt8]
    /// Dropped by `skipSpecialTokens`, and not parsed where `parseSpecial` is false.
    var isSpecial: Bool
    /// Only between non-word characters.
    var singleWord = false
    /// Takes the whitespace before it.
    var lstrip = false
    /// Takes the whitespace after it.
    var rstrip = false
    /// Looked for in the normalised text.
    var normalized = false
}
