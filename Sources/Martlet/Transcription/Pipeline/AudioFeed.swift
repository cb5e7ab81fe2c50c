import MartletAudio
import Synchronization

/// Reads audio when it is asked for, away from the threads that run asynchronous code; so the reader of the text
/// decides how far ahead the audio is read.
final class AudioFeed: Sendable {
    /// What was found while reading on.
    enum Item: Sendable, Hashable {
        case window(AudioWindow)
        /// No window yet; seconds read so far.
        case silence(until: Double)
        /// All windows are out; samples of the file.
        case end(numSamples: Int)
    }

    fileprivate struct State {
        var reader: any SampleReading
        var cutter: WindowCutter
        var windows: [AudioWindow] = []
        var numSamples = 0
        var hasEnded = false
        /// Samples from `sliding.first` on, for reading without windows.
        var sliding: (first: Int, samples: [Float]) = (0, [])
    }

    /// Seconds, as far as they are known before the end.
    let duration: Double?
    private let state: Mutex<State>

    /// Samples read at once.
    fileprivate static let pieceLength = 16_000
    /// Silence is told after so many samples.
    fileprivate static let mostSilence = 960_000

    /// Windows cut by `detector`; nil: of all samples.
    init(_ reader: sending any SampleReading, detector: (any VoiceActivityDetector)?, options: VoiceActivityOptions) {
        duration = reader.duration
        state = Mutex(State(reader: reader, cutter: WindowCutter(detector: detector, options: options)))
    }

    /// Reads on until there is something to tell.
    func next() async throws(LLMError) -> Item {
        try await BlockingWork.run { [self] () throws(LLMError) in
            do throws(AudioError) { return try state.withLock { state throws(AudioError) in try state.next() } } catch {
                throw LLMError(error)
            }
        }
    }

    /// At most `count` samples from `first` on, which never goes back; fewer at the end.
    func samples(from first: Int, count: Int) async throws(LLMError) -> [Float] {
        try await BlockingWork.run { [self] () throws(LLMError) in
            do throws(AudioError) {
                return try state.withLock { state throws(AudioError) in try state.samples(from: first, count: count) }
            } catch {
                throw LLMError(error)
            }
        }
    }

    /// Samples read so far; all of them at the end.
    var numSamples: Int { state.withLock { $0.numSamples } }
}

extension AudioFeed.State {
    fileprivate mutating func read(_ count: Int) throws(AudioError) -> [Float] {
        guard !hasEnded else { return [] }
        let piece = try reader.read(upTo: count)
        numSamples += piece.count
        hasEnded = piece.isEmpty
        return piece
    }

    fileprivate mutating func next() throws(AudioError) -> AudioFeed.Item {
        let start = numSamples
        while windows.isEmpty, !hasEnded {
            let piece = try read(AudioFeed.pieceLength)
            windows = piece.isEmpty ? cutter.finish() : cutter.push(piece)
            if windows.isEmpty, numSamples - start >= AudioFeed.mostSilence {
                return .silence(until: Double(numSamples) / Double(AudioReader.sampleRate))
            }
        }
        return windows.isEmpty ? .end(numSamples: numSamples) : .window(windows.removeFirst())
    }

    fileprivate mutating func samples(from first: Int, count: Int) throws(AudioError) -> [Float] {
        sliding.samples.removeFirst(min(max(first - sliding.first, 0), sliding.samples.count))
        sliding.first = max(sliding.first, first)
        // A first sample beyond what was read is come to by reading on.
        var toSkip = sliding.samples.isEmpty ? max(first - numSamples, 0) : 0
        while toSkip > 0 {
            let piece = try read(min(toSkip, AudioFeed.pieceLength))
            if piece.isEmpty { break }
            toSkip -= piece.count
        }
        while sliding.samples.count < count {
            let piece = try read(min(count - sliding.samples.count, AudioFeed.pieceLength))
            if piece.isEmpty { break }
            sliding.samples += piece
        }
        return Array(sliding.samples.prefix(count))
    }
}
