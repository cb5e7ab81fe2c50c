import MartletAudio

/// Answers with given probabilities, whatever it hears; zero after the last.
struct ScriptedDetector: VoiceActivityDetector {
    let frameLength = 512
    let probabilities: [Float]
    private var next = 0

    init(_ probabilities: [Float]) { self.probabilities = probabilities }

    mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float {
        precondition(frame.count == frameLength)
        defer { next += 1 }
        return next < probabilities.count ? probabilities[next] : 0
    }

    mutating func reset() { next = 0 }

    /// Probabilities of speech and pauses of random lengths.
    static func randomProbabilities(_ count: Int, using random: inout some RandomNumberGenerator) -> [Float] {
        let stay = [0.6, 0.9, 0.97, 0.999].randomElement(using: &random) ?? 0.9
        var isSpeech = Bool.random(using: &random)
        return (0..<count).map { _ in
            if Double.random(in: 0..<1, using: &random) > stay { isSpeech.toggle() }
            return min(1, max(0, (isSpeech ? 0.75 : 0.2) + Float.random(in: -0.35...0.35, using: &random)))
        }
    }
}

/// A generator whose numbers are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Speech ranges of a whole stream at once: the twin of `SpeechRangeFinder`.
struct WholeStreamRanges {
    var options: VoiceActivityOptions
    var keepsLongSpeech = false

    func ranges(_ probabilities: [Float], length: Int) -> [Range<Int>] {
        var raw = unpadded(probabilities, length: length).map { (start: $0.lowerBound, end: $0.upperBound) }
        let pad = options.speechPad * 16_000
        for index in raw.indices {
            if index == 0 { raw[0].start = Int(max(0, Double(raw[0].start) - pad)) }
            if index + 1 < raw.count {
                let silence = raw[index + 1].start - raw[index].end
                if Double(silence) < 2 * pad {
                    raw[index].end += silence / 2
                    raw[index + 1].start -= silence / 2
                } else {
                    raw[index].end = Int(min(Double(length), Double(raw[index].end) + pad))
                    raw[index + 1].start = Int(max(0, Double(raw[index + 1].start) - pad))
                }
            } else {
                raw[index].end = Int(min(Double(length), Double(raw[index].end) + pad))
            }
        }
        return raw.map { $0.start..<$0.end }
    }

    private func unpadded(_ probabilities: [Float], length: Int) -> [Range<Int>] {
        let negThreshold = options.negThreshold ?? max(options.threshold - 0.15, 0.01)
        let longest = options.maxSpeechDuration * 16_000 - 512 - 2 * options.speechPad * 16_000
        var speeches: [Range<Int>] = []
        var (start, pause, longPause, resumed) = (-1, 0, 0, 0)
        for (index, probability) in probabilities.enumerated() {
            let now = index * 512
            if probability >= options.threshold && pause > 0 {
                pause = 0
                if resumed < longPause { resumed = now }
            }
            if probability >= options.threshold && start < 0 {
                start = now
                continue
            }
            if start >= 0 && Double(now - start) > longest {
                if longPause > 0 {
                    speeches.append(start..<longPause)
                    start = resumed < longPause ? -1 : resumed
                    (longPause, resumed, pause) = (0, 0, 0)
                } else if !keepsLongSpeech {
                    speeches.append(start..<now)
                    start = -1
                    (longPause, resumed, pause) = (0, 0, 0)
                    continue
                }
            }
            if probability < negThreshold && start >= 0 {
                if pause == 0 { pause = now }
                if now - pause > 1568 { longPause = pause }
                if Double(now - pause) >= options.minSilenceDuration * 16_000 {
                    if Double(pause - start) > options.minSpeechDuration * 16_000 { speeches.append(start..<pause) }
                    start = -1
                    (longPause, resumed, pause) = (0, 0, 0)
                }
            }
        }
        if start >= 0 && Double(length - start) > options.minSpeechDuration * 16_000 { speeches.append(start..<length) }
        return speeches
    }
}
