/// Turns the speech probabilities of a stream, one per frame, into ranges of samples that hold speech.
///
/// Invariants: ranges come in order and do not overlap; a range is given out once nothing that follows can change it.
/// **Source** faster-whisper `vad.get_speech_timestamps`, which sees the whole file at once.
struct SpeechRangeFinder: Sendable {
    /// What happens to speech longer than `maxSpeechDuration` without a pause.
    enum LongSpeech: Sendable {
        /// It ends there, as in the source.
        case split
        /// It goes on to its next pause of more than 98 ms: a better place to cut is the caller's to find.
        case keep
    }

    private let frameLength: Int
    private let options: SpeechRangeOptions
    private let longSpeech: LongSpeech

    /// Samples seen, a multiple of the frame length.
    private(set) var position = 0
    /// Where the speech going on began.
    private var start: Int?
    /// Where the pause going on began.
    private var pause: Int?
    /// Where the last pause of more than 98 ms began, and where speech went on after it.
    private var longPause: Int?
    private var resumption: Int?
    /// Ranges that have ended, without what is added around them.
    private var ended: [Range<Int>] = []
    /// Where the last range given out ended before it was padded.
    private var lastEnd: Int?

    init(options: VoiceActivityOptions, frameLength: Int, longSpeech: LongSpeech) {
        self.frameLength = frameLength
        self.longSpeech = longSpeech
        self.options = SpeechRangeOptions(options, frameLength: frameLength)
    }

    /// The probability of the next frame.
    mutating func push(_ probability: Float) {
        let frameStart = position
        position += frameLength
        let isSpeech = probability >= options.threshold
        if isSpeech, pause != nil {
            pause = nil
            if let longPause, (resumption ?? 0) < longPause { resumption = frameStart }
        }
        guard let began = start else {
            if isSpeech { start = frameStart }
            return
        }
        if Double(frameStart - began) > options.maxSpeech {
            if let longPause {
                end(at: longPause)
                start = resumption.flatMap { $0 < longPause ? nil : $0 }
                forgetPauses()
            } else if longSpeech == .split {
                end(at: frameStart)
                forgetPauses()
                return
            }
        }
        guard let began = start, probability < options.negThreshold else { return }
        let pauseStart = pause ?? frameStart
        pause = pauseStart
        let silence = Double(frameStart - pauseStart)
        if silence > options.longPause { longPause = pauseStart }
        if silence >= options.minSilence {
            if Double(pauseStart - began) > options.minSpeech { end(at: pauseStart) }
            start = nil
            forgetPauses()
        }
    }

    /// The ranges nothing that follows can change, each once.
    mutating func takeRanges() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        while let first = ended.first {
            let next = ended.count > 1 ? ended[1].lowerBound : certainStart
            let reach = Double(first.upperBound) + 2 * options.pad
            guard let next = next ?? (Double(start ?? position) >= reach ? .max : nil) else { break }
            ranges.append(padded(first, next: next, length: .max))
            ended.removeFirst()
            lastEnd = first.upperBound
        }
        return ranges
    }

    /// The ranges left at the end of a stream of `length` samples; frames beyond it were filled up with zeros.
    mutating func finish(length: Int) -> [Range<Int>] {
        if let start, Double(length - start) > options.minSpeech { ended.append(start..<length) }
        var ranges: [Range<Int>] = []
        for (index, range) in ended.enumerated() {
            let next = index + 1 < ended.count ? ended[index + 1].lowerBound : .max
            ranges.append(padded(range, next: next, length: length))
            lastEnd = range.upperBound
        }
        ended = []
        start = nil
        return ranges
    }

    /// The part of the next range that is certain already: nil when there may be none.
    var begun: Range<Int>? {
        if let first = ended.first { return paddedStart(first.lowerBound)..<first.upperBound }
        guard let start = certainStart else { return nil }
        return paddedStart(start)..<(longPause ?? pause ?? position)
    }

    /// No range given out later begins before this.
    var earliestNextStart: Int {
        if let next = ended.first?.lowerBound ?? start { return paddedStart(next) }
        return paddedStart(position)
    }

    /// Where the speech going on began, once it is sure not to be dropped as too short.
    private var certainStart: Int? {
        guard let start, Double((pause ?? position) - start) > options.minSpeech else { return nil }
        return start
    }

    private mutating func end(at end: Int) {
        if let start { ended.append(start..<end) }
        start = nil
    }

    private mutating func forgetPauses() {
        pause = nil
        longPause = nil
        resumption = nil
    }

    /// A start with its share of the silence before it: half of it, at most the pad.
    private func paddedStart(_ start: Int) -> Int {
        let silence = start - (lastEnd ?? 0)
        if lastEnd != nil, Double(silence) < 2 * options.pad { return start - silence / 2 }
        return Int(max(0, Double(start) - options.pad))
    }

    private func padded(_ range: Range<Int>, next: Int, length: Int) -> Range<Int> {
        let silence = next - range.upperBound
        let end =
            Double(silence) < 2 * options.pad
            ? range.upperBound + silence / 2 : Int(min(Double(length), Double(range.upperBound) + options.pad))
        return paddedStart(range.lowerBound)..<end
    }
}
