/// A contiguous piece of a stream of 16 kHz samples, at most 30 s of it.
public struct AudioWindow: Hashable, Sendable {
    /// Where in the stream `samples` begins.
    public var firstSample: Int
    /// At most 480,000 finite samples, at least one.
    public var samples: [Float]
    /// The parts of the window that hold speech, as ranges of the stream, in order.
    public var speech: [Range<Int>]

    /// A window whose speech is known; all of it when `speech` is nil.
    public init(firstSample: Int, samples: [Float], speech: [Range<Int>]? = nil) {
        self.firstSample = firstSample
        self.samples = samples
        self.speech = speech ?? [firstSample..<firstSample + samples.count]
    }
}
