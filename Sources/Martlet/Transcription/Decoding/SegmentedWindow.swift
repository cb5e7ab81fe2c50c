/// A window's tokens as segments, and how far its audio is used up.
///
/// **Source** openai-whisper `transcribe`.
struct SegmentedWindow: Sendable, Hashable {
    /// A stretch between two timestamps; times in seconds from the window's beginning.
    struct Part: Sendable, Hashable {
        var start: Double
        var end: Double
        /// Timestamps included.
        var tokens: [Int32]
    }

    var parts: [Part] = []
    /// Frames of 10 ms that are done with; what comes after the last timestamp is to be decoded again.
    var numFramesDone: Int
    /// The last timestamp says that nothing is said after it.
    var endsWithSingleTimestamp: Bool

    /// Segments of a window of `numFrames`.
    init(_ tokens: [Int32], numFrames: Int, in vocabulary: WhisperTokens) {
        func position(_ id: Int32?) -> Int { id.map { max(Int($0 - vocabulary.timestampBegin), 0) } ?? 0 }
        func isTimestamp(_ index: Int) -> Bool { index >= 0 && vocabulary.isTimestamp(tokens[index]) }
        numFramesDone = numFrames
        let count = tokens.count
        endsWithSingleTimestamp = count >= 2 && isTimestamp(count - 1) && !isTimestamp(count - 2)
        var ends = tokens.indices.dropFirst().filter { isTimestamp($0) && isTimestamp($0 - 1) }
        guard let lastPair = ends.last else {
            let last = tokens.last(where: vocabulary.isTimestamp)
            let seconds =
                position(last) > 0 ? Double(position(last)) * WhisperTokens.timePrecision : Double(numFrames) / 100
            parts = [Part(start: 0, end: seconds, tokens: tokens)]
            return
        }
        if endsWithSingleTimestamp {
            ends.append(count)
        } else {
            // The unfinished segment is left to the next window.
            numFramesDone = position(tokens[lastPair - 1]) * WhisperTokens.framesPerTimestamp
        }
        var start = 0
        for end in ends {
            let slice = Array(tokens[start..<end])
            parts.append(
                Part(
                    start: Double(position(slice.first)) * WhisperTokens.timePrecision,
                    end: Double(position(slice.last)) * WhisperTokens.timePrecision, tokens: slice))
            start = end
        }
    }
}
