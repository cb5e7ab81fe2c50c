import MartletAudio

/// 16 kHz mono samples, pulled in pieces.
protocol SampleReading: AnyObject {
    /// Seconds, as far as they are known before the end.
    var duration: Double? { get }

    /// The next samples; fewer than `count` only at the end, none there.
    func read(upTo count: Int) throws(AudioError) -> [Float]
}

extension AudioReader: SampleReading {
    var duration: Double? { format.duration }
}

/// Samples that are in memory.
final class SampleArrayReader: SampleReading {
    private let samples: [Float]
    private var position = 0

    init(_ samples: [Float]) { self.samples = samples }

    var duration: Double? { Double(samples.count) / Double(AudioReader.sampleRate) }

    func read(upTo count: Int) -> [Float] {
        let piece = Array(samples[position..<min(position + count, samples.count)])
        position += piece.count
        return piece
    }
}

extension LLMError {
    /// Audio that cannot be used, as the fault of the field it came in.
    init(_ error: AudioError) { self = .invalidRequest(param: "file", message: error.description) }
}
