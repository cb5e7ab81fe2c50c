/// The last samples of a stream, addressed by their place in it.
struct SampleBuffer: Sendable {
    private var samples: [Float] = []
    private var head = 0
    /// The place of the first sample still held.
    private(set) var firstSample = 0

    /// The place after the last sample.
    var end: Int { firstSample + samples.count - head }

    /// Adds samples; those that are not finite become silence.
    mutating func append(_ added: ArraySlice<Float>) {
        samples.append(contentsOf: added.lazy.map { $0.isFinite ? $0 : 0 })
    }

    /// Lets go of the samples before a place.
    mutating func drop(before place: Int) {
        let dropped = min(max(0, place - firstSample), samples.count - head)
        firstSample += dropped
        head += dropped
        // Moving the rest costs its length: not at every frame.
        if head > 65_536 {
            samples.removeFirst(head)
            head = 0
        }
    }

    /// Samples by place; what is no longer held, or not yet there, is left out.
    subscript(_ places: Range<Int>) -> ArraySlice<Float> {
        let offset = head - firstSample
        let lower = min(max(head, places.lowerBound + offset), samples.count)
        return samples[lower..<min(max(lower, places.upperBound + offset), samples.count)]
    }
}
