import Foundation
import Testing

@testable import MartletAudio

@Suite struct WindowCutterTests {
    private static let maxSamples = 480_000

    /// The windows of a stream pushed in pieces of random sizes.
    private func windows(
        of samples: [Float], _ cutter: WindowCutter, using random: inout SeededGenerator, largestPush: Int = 100_000
    ) -> [AudioWindow] {
        var cutter = cutter
        var windows: [AudioWindow] = []
        var offset = 0
        while offset < samples.count {
            let end = min(samples.count, offset + Int.random(in: 0...largestPush, using: &random))
            windows += cutter.push(Array(samples[offset..<end]))
            offset = end
        }
        return windows + cutter.finish()
    }

    /// Windows of speech ranges all known at once: the twin.
    private func windows(of samples: [Float], ranges: [Range<Int>], searchLength: Int) -> [AudioWindow] {
        var parts: [[Range<Int>]] = []
        for var range in ranges {
            if let first = parts.last?.first, range.upperBound - first.lowerBound <= Self.maxSamples {
                parts[parts.count - 1].append(range)
                continue
            }
            while range.count > Self.maxSamples {
                let end = range.lowerBound + Self.maxSamples
                let cut = quietest(samples, end - searchLength..<end)
                parts.append([range.lowerBound..<cut])
                range = cut..<range.upperBound
            }
            parts.append([range])
        }
        return parts.compactMap { speech in
            guard let first = speech.first, let last = speech.last else { return nil }
            let places = first.lowerBound..<last.upperBound
            return AudioWindow(firstSample: places.lowerBound, samples: Array(samples[places]), speech: speech)
        }
    }

    private func quietest(_ samples: [Float], _ places: Range<Int>) -> Int {
        let starts = stride(from: places.lowerBound, to: places.upperBound - 1600, by: 1600)
        func energy(_ start: Int) -> Double {
            samples[start..<start + 1600].reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        return starts.min { energy($0) < energy($1) } ?? places.lowerBound
    }

    private func check(_ windows: [AudioWindow], _ samples: [Float], _ ranges: [Range<Int>]) {
        var previousEnd = 0
        for window in windows {
            let places = window.firstSample..<window.firstSample + window.samples.count
            #expect(!places.isEmpty && places.count <= Self.maxSamples)
            #expect(places.lowerBound >= previousEnd)
            #expect(window.speech.first?.lowerBound == places.lowerBound)
            #expect(window.speech.last?.upperBound == places.upperBound)
            #expect(window.samples == Array(samples[places]))
            previousEnd = places.upperBound
        }
        // Speech is in the windows, once and in order: their parts laid end to end are the ranges.
        func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
            ranges.reduce(into: []) { joined, range in
                if let last = joined.last, last.upperBound == range.lowerBound {
                    joined[joined.count - 1] = last.lowerBound..<range.upperBound
                } else {
                    joined.append(range)
                }
            }
        }
        #expect(joined(windows.flatMap(\.speech)) == joined(ranges.filter { !$0.isEmpty }))
    }

    @Test func randomStreamsAreCutAsTheWholeIs() {
        var random = SeededGenerator(state: 2)
        let noise = FeatureFixtures.noise(3_000_000, seed: 8)
        for _ in 0..<24 {
            let count = Int.random(in: 0...3_000_000, using: &random)
            let samples = Array(noise.suffix(count))
            let probabilities = ScriptedDetector.randomProbabilities(count / 512 + 1, using: &random)
            let options = VoiceActivityOptions(
                minSpeechDuration: [0, 0.25, 2].randomElement(using: &random) ?? 0,
                maxSpeechDuration: [5, 30, .infinity].randomElement(using: &random) ?? 30,
                minSilenceDuration: [0.16, 0.5, 2, 20].randomElement(using: &random) ?? 0,
                speechPad: [0, 0.4, 3].randomElement(using: &random) ?? 0)
            let cutter = WindowCutter(detector: ScriptedDetector(probabilities), options: options)
            var whole = options
            whole.maxSpeechDuration = min(30, whole.maxSpeechDuration)
            let ranges = WholeStreamRanges(options: whole, keepsLongSpeech: true).ranges(probabilities, length: count)
            let expected = windows(of: samples, ranges: ranges, searchLength: 32_000)
            check(expected, samples, ranges)
            #expect(windows(of: samples, cutter, using: &random) == expected)
            #expect(windows(of: samples, cutter, using: &random, largestPush: 3_000_000) == expected)
        }
    }

    @Test func withoutADetectorEverySampleIsInOneWindow() {
        var random = SeededGenerator(state: 3)
        for count in [0, 1, 479_999, 480_000, 480_001, 960_000, 2_000_003] {
            let samples = FeatureFixtures.noise(count, seed: 5)
            let cut = windows(of: samples, WindowCutter(detector: nil), using: &random)
            #expect(cut == windows(of: samples, ranges: count == 0 ? [] : [0..<count], searchLength: 32_000))
            check(cut, samples, count == 0 ? [] : [0..<count])
        }
    }

    /// Signals with a clear quietest place, cut where vLLM's `split_audio` cuts them (which searches one second).
    @Test func longSoundIsCutAtItsQuietestPlace() {
        func tone(_ count: Int, quiet: [Range<Int>]) -> [Float] {
            (0..<count).map { n in
                quiet.contains { $0.contains(n) } ? 0 : Float(0.5 * sin(2 * Double.pi * 440 * Double(n) / 16_000))
            }
        }
        func lengths(_ samples: [Float]) -> [Int] {
            var cutter = WindowCutter(detector: nil, options: VoiceActivityOptions(), searchLength: 16_000)
            let windows = cutter.push(samples)
            return (windows + cutter.finish()).map(\.samples.count)
        }
        #expect(lengths(tone(480_000, quiet: [])) == [480_000])
        #expect(lengths(tone(1_040_000, quiet: [468_800..<470_400])).first == 468_800)
        let pauses = [472_000..<475_200, 942_400..<947_200]
        #expect(lengths(tone(1_040_000, quiet: pauses)) == [472_000, 470_400, 97_600])
        #expect(lengths(tone(1_456_000, quiet: [0..<1_456_000])) == [464_000, 464_000, 464_000, 64_000])
    }

    @Test func samplesThatAreNotNumbersBecomeSilence() {
        var samples = FeatureFixtures.noise(500_000, seed: 1)
        for index in stride(from: 0, to: 500_000, by: 7) { samples[index] = index % 2 == 0 ? .nan : .infinity }
        for detector: (any VoiceActivityDetector)? in [nil, EnergyVoiceActivityDetector()] {
            var cutter = WindowCutter(detector: detector)
            let windows = cutter.push(samples)
            let all = windows + cutter.finish()
            #expect(!all.isEmpty && all.allSatisfy { $0.samples.allSatisfy(\.isFinite) })
        }
    }

    @Test func aWindowComesAsSoonAsItIsCertain() {
        // Ten seconds of speech, then silence: nothing that follows the 30 s can join it.
        let probabilities = [Float](repeating: 1, count: 312)
        var cutter = WindowCutter(detector: ScriptedDetector(probabilities))
        let silence = [Float](repeating: 0, count: 16_000)
        var seconds = 0
        while cutter.push(silence).isEmpty, seconds < 100 { seconds += 1 }
        #expect(seconds == 30)
        #expect(cutter.numHeldSamples < 32_000)
        #expect(cutter.finish().isEmpty)
    }

    @Test func aboutOneWindowIsHeld() {
        var random = SeededGenerator(state: 4)
        let piece = FeatureFixtures.noise(1_000_000, seed: 1)
        for stay in [0, 0.5, 1.0] {
            let probabilities = (0..<20_000).map { _ in Double.random(in: 0..<1, using: &random) < stay ? Float(1) : 0 }
            let options = VoiceActivityOptions(minSilenceDuration: 30)
            for detector: (any VoiceActivityDetector)? in [nil, ScriptedDetector(probabilities)] {
                var cutter = WindowCutter(detector: detector, options: options)
                for _ in 0..<6 {
                    _ = cutter.push(piece)
                    #expect(cutter.numHeldSamples <= 2 * Self.maxSamples)
                }
            }
        }
    }

    @Test func aFinishedCutterBeginsANewStream() {
        let (samples, _) = (try? FeatureFixtures.speech()) ?? ([], [])
        var cutter = WindowCutter(detector: EnergyVoiceActivityDetector())
        let first = cutter.push(samples) + cutter.finish()
        let second = cutter.push(samples) + cutter.finish()
        #expect(!first.isEmpty && first == second)
    }
}
