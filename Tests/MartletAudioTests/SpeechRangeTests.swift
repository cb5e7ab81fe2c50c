import Testing

@testable import MartletAudio

@Suite struct SpeechRangeTests {
    struct Case: Decodable {
        struct Options: Decodable {
            var threshold: Float?
            var neg_threshold: Float?
            var min_speech_duration_ms: Double?
            var max_speech_duration_s: Double?
            var min_silence_duration_ms: Double?
            var speech_pad_ms: Double?
        }
        var length: Int
        var hundredths: [Int]
        var options: Options
        var ranges: [[Int]]
    }

    private func stream(
        _ probabilities: [Float], length: Int, _ options: VoiceActivityOptions,
        _ longSpeech: SpeechRangeFinder.LongSpeech
    ) -> [Range<Int>] {
        var finder = SpeechRangeFinder(options: options, frameLength: 512, longSpeech: longSpeech)
        var ranges: [Range<Int>] = []
        var earliest = 0
        var begun: Range<Int>?
        for probability in probabilities {
            finder.push(probability)
            for range in finder.takeRanges() {
                #expect(range.lowerBound >= earliest)
                if let known = begun {
                    #expect(range.lowerBound == known.lowerBound && range.upperBound >= known.upperBound)
                }
                begun = nil
                ranges.append(range)
            }
            // What is said to be certain stays so, and grows.
            if let known = begun, let grown = finder.begun {
                #expect(grown.lowerBound == known.lowerBound && grown.upperBound >= known.upperBound)
            }
            begun = finder.begun ?? begun
            #expect(finder.earliestNextStart >= earliest)
            earliest = finder.earliestNextStart
        }
        return ranges + finder.finish(length: length)
    }

    @Test func rangesEqualTheReference() throws {
        for item in try FeatureFixtures.decode([Case].self, "ranges.json") {
            // The defaults of the function itself, where a case says nothing.
            let options = VoiceActivityOptions(
                threshold: item.options.threshold ?? 0.5, negThreshold: item.options.neg_threshold,
                minSpeechDuration: (item.options.min_speech_duration_ms ?? 0) / 1000,
                maxSpeechDuration: item.options.max_speech_duration_s ?? .infinity,
                minSilenceDuration: (item.options.min_silence_duration_ms ?? 2000) / 1000,
                speechPad: (item.options.speech_pad_ms ?? 400) / 1000)
            let probabilities = item.hundredths.map { Float($0) / 100 }
            let expected = item.ranges.map { $0[0]..<$0[1] }
            #expect(stream(probabilities, length: item.length, options, .split) == expected)
            #expect(WholeStreamRanges(options: options).ranges(probabilities, length: item.length) == expected)
        }
    }

    @Test func aStreamHasTheRangesOfTheWhole() {
        var random = SeededGenerator(state: 1)
        for _ in 0..<400 {
            let count = Int.random(in: 1...1500, using: &random)
            let probabilities = ScriptedDetector.randomProbabilities(count, using: &random)
            let length = count * 512 - Int.random(in: 1...512, using: &random)
            let options = VoiceActivityOptions(
                negThreshold: [nil, 0.2, 0.5].randomElement(using: &random) ?? nil,
                minSpeechDuration: [0, 0.25, 1, 3].randomElement(using: &random) ?? 0,
                maxSpeechDuration: [2, 5, 30, .infinity].randomElement(using: &random) ?? 30,
                minSilenceDuration: [0, 0.1, 0.16, 0.5, 2].randomElement(using: &random) ?? 0,
                speechPad: [0, 0.03, 0.4, 1].randomElement(using: &random) ?? 0)
            for (longSpeech, keeps) in [(SpeechRangeFinder.LongSpeech.split, false), (.keep, true)] {
                let ranges = stream(probabilities, length: length, options, longSpeech)
                let twin = WholeStreamRanges(options: options, keepsLongSpeech: keeps)
                #expect(ranges == twin.ranges(probabilities, length: length))
            }
        }
    }

    @Test func probabilitiesThatAreNotNumbersChangeNothing() {
        let probabilities: [Float] = [.nan, 0.9, .nan, .nan, 0.9, .nan]
        let options = VoiceActivityOptions(speechPad: 0)
        #expect(stream(probabilities, length: 3000, options, .keep) == [512..<3000])
    }

    @Test func absurdOptionsAreHarmless() {
        let options = VoiceActivityOptions(
            threshold: .nan, negThreshold: .nan, minSpeechDuration: -1, maxSpeechDuration: .nan,
            minSilenceDuration: .infinity, speechPad: .infinity)
        #expect(stream([0.9, 0.1, 0.9], length: 1500, options, .keep) == [])
        let wide = VoiceActivityOptions(maxSpeechDuration: -5, minSilenceDuration: -1, speechPad: .infinity)
        #expect(stream([0.9, 0.1, 0.1, 0.9], length: 2000, wide, .keep) == [0..<1024, 1024..<2000])
    }
}
