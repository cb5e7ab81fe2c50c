/// Whole pieces are tokens, or unknown.
///
/// **Source** tokenizers `models/wordlevel`.
struct WordLevelModel: Sendable {
    let vocabulary: SpellingTable
    /// What stands for a piece without token; nil drops it.
    let unknownToken: Int32?

    /// Appends the token of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        if let id = vocabulary.id(of: piece) ?? unknownToken { ids.append(id) }
    }
}
