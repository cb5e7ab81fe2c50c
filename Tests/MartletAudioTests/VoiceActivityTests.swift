import Foundation
import Testing

@testable import MartletAudio

@Suite struct VoiceActivityTests {
    /// Frames the cutter would keep: hysteresis and 400 ms around.
    private func kept(probabilities: [Float]) -> [Bool] {
        let ranges = WholeStreamRanges(options: VoiceActivityOptions())
            .ranges(probabilities, length: probabilities.count * 512)
        var kept = [Bool](repeating: false, count: probabilities.count)
        for range in ranges {
            for frame in range.lowerBound / 512..<(range.upperBound + 511) / 512 { kept[frame] = true }
        }
        return kept
    }

    private func kept(_ samples: [Float]) -> [Bool] {
        var detector = EnergyVoiceActivityDetector()
        return kept(probabilities: FeatureFixtures.probabilities(samples, &detector))
    }

    /// Silero hears the speech alone; the loudness detector must keep every frame of it, whatever lies under it.
    @Test(arguments: [Float.infinity, 40, 30, 20]) func noSpeechIsLost(decibelsToNoise: Float) throws {
        let (speech, isSpeech) = try FeatureFixtures.speech()
        // The louder sentence has an RMS of about 0.1.
        let amplitude = 0.1 * 1.732 * pow(10, -decibelsToNoise / 20)
        let noise = FeatureFixtures.noise(speech.count, seed: 11)
        let frames = kept(zip(speech, noise).map { $0 + $1 * amplitude })
        let lost = zip(isSpeech, frames).filter { $0 && !$1 }.count
        #expect(lost == 0)
        // The last second of the four seconds of silence, at least, is left out.
        #expect(frames.filter { !$0 }.count > 31)
    }

    @Test func loudSentencesAreFoundInLoudNoise() throws {
        let (speech, isSpeech) = try FeatureFixtures.speech()
        let noise = FeatureFixtures.noise(speech.count, seed: 12)
        let frames = kept(zip(speech, noise).map { $0 + $1 * 0.1 * 1.732 * 0.56 })  // 5 dB
        let end = 48_784 / 512
        #expect(zip(isSpeech, frames).prefix(end).allSatisfy { !$0 || $1 })
    }

    @Test func humAndOffsetAreNoSpeechAndHideNone() throws {
        let (speech, isSpeech) = try FeatureFixtures.speech()
        let hummed = speech.enumerated().map { index, sample in
            sample + 0.2 + 0.05 * Float(sin(2 * Double.pi * 50 * Double(index) / 16_000))
        }
        let frames = kept(hummed)
        #expect(zip(isSpeech, frames).allSatisfy { !$0 || $1 })
        #expect(frames.filter { !$0 }.count > 31)
    }

    @Test func silenceIsNoSpeechAndNoiseOnlyAtFirst() {
        #expect(!kept([Float](repeating: 0, count: 320_000)).contains(true))
        let frames = kept(FeatureFixtures.noise(640_000, seed: 3).map { $0 * 0.01 })
        #expect(frames[..<32].allSatisfy { $0 })
        #expect(!frames[60...].contains(true))
    }

    @Test func anyInputGivesAProbability() {
        var detector = EnergyVoiceActivityDetector()
        for samples: [Float] in [
            [], [.nan, .infinity], [Float](repeating: 1e30, count: 512), [Float](repeating: 1e6, count: 600),
            [Float](repeating: .leastNonzeroMagnitude, count: 512),
        ] {
            let probability = samples.withUnsafeBufferPointer { detector.speechProbability(of: $0) }
            #expect((0...1).contains(probability))
        }
        detector.reset()
        let noise = FeatureFixtures.noise(16_000, seed: 1)
        let again = FeatureFixtures.probabilities(noise, &detector)
        var fresh = EnergyVoiceActivityDetector()
        #expect(again == FeatureFixtures.probabilities(noise, &fresh))
    }
}
