/// The tokens before a window's text.
///
/// **Source** openai-whisper `DecodingTask._get_initial_tokens`, faster-whisper `get_prompt` for hotwords.
struct DecoderPrompt: Sendable, Hashable {
    /// `<|startoftranscript|>`, language and task, without `<|notimestamps|>`.
    var startSequence: [Int32]
    /// `<|startofprev|>` and what follows it; empty without previous text.
    var previous: [Int32]
    var hasTimestamps: Bool
    private let noTimestamps: Int32

    /// A prompt; a model for English alone has no tokens of language and task.
    ///
    /// `context` are the decoder's positions: less than half of them are for previous text, hotwords first.
    init(
        _ tokens: WhisperTokens, language: String?, task: TranscriptionOptions.Task, hasTimestamps: Bool,
        hotwords: [Int32] = [], previous: ArraySlice<Int32> = [], context: Int
    ) {
        startSequence = [tokens.startOfTranscript]
        if tokens.isMultilingual {
            startSequence += tokens.languages.filter { $0.code == language }.map(\.id)
            if let id = task == .transcribe ? tokens.transcribe : tokens.translate { startSequence.append(id) }
        }
        let most = max(context / 2 - 1, 0)
        let words = hotwords.prefix(most)
        let text = words + previous.suffix(most - words.count)
        self.previous = tokens.startOfPrev.map { text.isEmpty ? [] : [$0] + text } ?? []
        self.hasTimestamps = hasTimestamps
        noTimestamps = tokens.noTimestamps
    }

    /// All tokens in order.
    var tokenIDs: [Int32] { previous + startSequence + (hasTimestamps ? [] : [noTimestamps]) }

    /// Where `<|startoftranscript|>` stands.
    var startPosition: Int { previous.count }
}
