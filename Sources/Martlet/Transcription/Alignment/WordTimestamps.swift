/// Puts aligned words into their segments and cuts down those that are too long to be true.
///
/// **Source** openai-whisper `add_word_timestamps`.
struct WordTimestamps {
    private static let sentenceEndMarks = ".。!！?？"
    private static let longestMedian = 0.7

    private var words: [WordTiming]
    private let medianDuration: Double
    private var maxDuration: Double { medianDuration * 2 }

    /// The words of a window, times from its beginning.
    init(_ words: [WordTiming]) {
        let durations = words.map { $0.end - $0.start }.filter { $0 != 0 }.sorted()
        let middle = durations.count / 2
        let median =
            durations.isEmpty
            ? 0
            : durations.count % 2 == 1 ? durations[middle] : (durations[middle - 1] + durations[middle]) / 2
        medianDuration = min(Self.longestMedian, median)
        self.words = words
        if !durations.isEmpty { shortenAtSentenceEnds() }
        WordTiming.mergePunctuation(&self.words)
    }

    /// Words that lie at the end of a sentence are often drawn out over the pause after it.
    private mutating func shortenAtSentenceEnds() {
        for index in words.indices.dropFirst() where words[index].end - words[index].start > maxDuration {
            if SpacedText.contains(Self.sentenceEndMarks, words[index].word) {
                words[index].end = words[index].start + maxDuration
            } else if SpacedText.contains(Self.sentenceEndMarks, words[index - 1].word) {
                words[index].start = words[index].end - maxDuration
            }
        }
    }

    /// Gives every segment its words and moves its times to them.
    ///
    /// `offset` is where the window begins, `lastSpeech` the end of the word before it, in seconds of the file; the new end
    /// is left in `lastSpeech`. `isText` says which tokens are.
    func add(
        to segments: inout [TranscriptionSegment], offset: Double, lastSpeech: inout Double, isText: (Int32) -> Bool
    ) {
        var next = 0
        for index in segments.indices {
            let numTokens = segments[index].tokens.count(where: isText)
            var numSeen = 0
            var inSegment: [TranscriptionWord] = []
            while next < words.count, numSeen < numTokens {
                let timing = words[next]
                if !timing.word.isEmpty {
                    inSegment.append(
                        TranscriptionWord(
                            word: timing.word, start: Self.rounded(offset + timing.start),
                            end: Self.rounded(offset + timing.end), probability: timing.probability))
                }
                numSeen += timing.tokens.count
                next += 1
            }
            if !inSegment.isEmpty {
                shortenAfterPause(&inSegment, lastSpeech: lastSpeech)
                fit(&segments[index], &inSegment)
                lastSpeech = segments[index].end
            }
            segments[index].words = inSegment
        }
    }

    /// The first two words after a pause are not longer than twice the median.
    private func shortenAfterPause(_ words: inout [TranscriptionWord], lastSpeech: Double) {
        let isAfterPause = words[0].end - lastSpeech > medianDuration * 4
        let isLong =
            words[0].end - words[0].start > maxDuration
            || (words.count > 1 && words[1].end - words[0].start > maxDuration * 2)
        guard isAfterPause, isLong else { return }
        if words.count > 1, words[1].end - words[1].start > maxDuration {
            let boundary = max(words[1].end / 2, words[1].end - maxDuration)
            words[0].end = boundary
            words[1].start = boundary
        }
        words[0].start = max(0, words[0].end - maxDuration)
    }

    /// The segment begins and ends with its words, unless those reach far beyond its timestamps.
    private func fit(_ segment: inout TranscriptionSegment, _ words: inout [TranscriptionWord]) {
        if segment.start < words[0].end, segment.start - 0.5 > words[0].start {
            words[0].start = max(0, min(words[0].end - medianDuration, segment.start))
        } else {
            segment.start = words[0].start
        }
        let last = words.count - 1
        if segment.end > words[last].start, segment.end + 0.5 < words[last].end {
            words[last].end = max(words[last].start + medianDuration, segment.end)
        } else {
            segment.end = words[last].end
        }
    }

    /// To hundredths, as numpy's `round`.
    private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded(.toNearestOrEven) / 100 }
}
