/// Symbols that nobody speaks: brackets, quotes, notes; they mark speakers and noises in subtitles.
///
/// **Source** openai-whisper `Tokenizer.non_speech_tokens`.
enum NonSpeechTokens {
    private static let symbols =
        "\"#()*+/:;<=>@[\\]^_`{|}~「」『』".map(String.init)
        + "<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split(separator: " ").map(String.init)
    /// Of several tokens, which begin with one that stands for such symbols alone.
    private static let notes = "♩♪♫♬♭♮♯".map(String.init)

    /// The ids of the symbols, with a space before and without; those of one token, and the notes' first.
    static func ids(encode: (String) -> [Int32]) -> [Int32] {
        // Between words a hyphen or quote is spoken text, at the beginning of one it is not.
        var ids = Set([" -", " '"].compactMap { encode($0).first })
        for symbol in symbols + notes {
            for tokens in [encode(symbol), encode(" " + symbol)] where tokens.count == 1 || notes.contains(symbol) {
                if let first = tokens.first { ids.insert(first) }
            }
        }
        return ids.sorted()
    }
}
