/// The text before a window, as tokens, for decoding that goes on from it.
///
/// **Source** openai-whisper `transcribe`: `all_tokens`, `prompt_reset_since`.
struct PreviousText: Sendable, Hashable {
    /// Text of a higher temperature is no example to follow.
    static let highestTemperature: Float = 0.5

    private var tokens: [Int32]
    private var resetSince = 0
    private let isKept: Bool

    /// Begins with the initial prompt; `isKept` false: no text becomes previous text, and the prompt is for the first
    /// window alone.
    init(initialPrompt: [Int32], isKept: Bool) {
        tokens = initialPrompt
        self.isKept = isKept
    }

    /// What stands before the next window.
    var prompt: ArraySlice<Int32> { tokens[resetSince...] }

    /// Takes in a window's tokens.
    mutating func append(_ window: [Int32], temperature: Float) {
        tokens += window
        if !isKept || temperature > Self.highestTemperature { resetSince = tokens.count }
    }
}
