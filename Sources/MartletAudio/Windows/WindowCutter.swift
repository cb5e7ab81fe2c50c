/// Cuts a stream of 16 kHz samples into windows of at most 30 s, leaving out silence.
///
/// Consecutive ranges of speech share a window while they fit in it; a longer range is cut at the quietest 100 ms of
/// the last two seconds that fit. Invariants:
/// 1. Every sample of a speech range is in exactly one window; without a detector every sample is.
/// 2. Windows are in order, do not overlap, hold 1 to 480,000 samples and begin and end with speech ranges.
/// 3. The windows do not depend on how the stream is divided into pushes.
/// 4. About one window of samples is held, two at most.
public struct WindowCutter: Sendable {
    /// Speech ranges found so far, for tests and logs; empty without a detector.
    public private(set) var speechRanges: [Range<Int>] = []

    private static let maxSamples = LogMelSpectrogram.samplesPerWindow
    /// Samples taken in at once, which bounds what a large push holds twice.
    private static let pieceLength = 16_384

    private var detector: (any VoiceActivityDetector)?
    private let options: VoiceActivityOptions
    /// Samples at the end of a full window among which the quietest place is looked for.
    private let searchLength: Int
    private var finder: SpeechRangeFinder
    private var buffer = SampleBuffer()
    /// Windows that are certain and not yet handed out.
    private var windows: [AudioWindow] = []
    /// The window that may still grow: its extent and the speech in it.
    private var extent: Range<Int>?
    private var speech: [Range<Int>] = []
    /// Up to where a range that is too long has been cut off already.
    private var cutEnd = 0

    /// A cutter at the start of a stream; without a detector everything counts as speech.
    ///
    /// Durations of `options` beyond 30 s count as 30 s: they decide how much of the stream is held.
    public init(detector: (any VoiceActivityDetector)?, options: VoiceActivityOptions = VoiceActivityOptions()) {
        self.init(detector: detector, options: options, searchLength: 32_000)
    }

    init(detector: (any VoiceActivityDetector)?, options: VoiceActivityOptions, searchLength: Int) {
        self.detector = detector
        self.searchLength = searchLength
        var options = options
        options.maxSpeechDuration = min(options.maxSpeechDuration, 30)
        options.minSpeechDuration = min(options.minSpeechDuration, 30)
        options.minSilenceDuration = min(options.minSilenceDuration, 30)
        options.speechPad = min(options.speechPad, 30)
        self.options = options
        finder = SpeechRangeFinder(options: options, frameLength: detector?.frameLength ?? 512, longSpeech: .keep)
    }

    /// Samples held now.
    var numHeldSamples: Int { buffer.end - buffer.firstSample }

    /// Takes the samples that follow and returns the windows that are certain by now.
    public mutating func push(_ samples: [Float]) -> [AudioWindow] {
        if buffer.end == 0 { speechRanges = [] }
        var rest = samples[...]
        while !rest.isEmpty {
            buffer.append(rest.prefix(Self.pieceLength))
            rest = rest.dropFirst(Self.pieceLength)
            if detector == nil { lookAtAllSamples() } else { lookAtWholeFrames() }
        }
        return takeWindows()
    }

    /// Ends the stream and returns the windows that are left; what is pushed afterwards is a new stream.
    public mutating func finish() -> [AudioWindow] {
        if detector == nil {
            if buffer.end > cutEnd { absorb(cutEnd..<buffer.end, isWhole: true) }
        } else {
            // As in the source, a last frame is filled up with zeros, and a frame of zeros follows when none is begun.
            let frameLength = detector?.frameLength ?? 512
            let tail = buffer[finder.position..<buffer.end]
            look(at: Array(tail) + [Float](repeating: 0, count: frameLength - tail.count))
            for range in finder.finish(length: buffer.end) { found(range) }
        }
        closeWindow()
        let last = takeWindows()
        restart()
        return last
    }

    private mutating func takeWindows() -> [AudioWindow] {
        defer { windows = [] }
        return windows
    }

    private mutating func restart() {
        detector?.reset()
        finder = SpeechRangeFinder(options: options, frameLength: detector?.frameLength ?? 512, longSpeech: .keep)
        buffer = SampleBuffer()
        cutEnd = 0
    }

    private mutating func lookAtAllSamples() {
        absorb(cutEnd..<buffer.end, isWhole: false)
        buffer.drop(before: cutEnd)
    }

    private mutating func lookAtWholeFrames() {
        let frameLength = detector?.frameLength ?? 512
        while buffer.end - finder.position >= frameLength {
            look(at: buffer[finder.position..<finder.position + frameLength])
            for range in finder.takeRanges() { found(range) }
            if let begun = finder.begun { absorb(begun, isWhole: false) }
            // Whatever is found next ends after this position.
            if let extent, finder.begun == nil, finder.position - extent.lowerBound >= Self.maxSamples { closeWindow() }
            buffer.drop(before: min(extent?.lowerBound ?? .max, max(cutEnd, finder.earliestNextStart)))
        }
    }

    private mutating func look(at frame: some RandomAccessCollection<Float>) {
        let probability = ContiguousArray(frame).withUnsafeBufferPointer { detector?.speechProbability(of: $0) }
        finder.push(probability ?? 1)
    }

    private mutating func found(_ range: Range<Int>) {
        speechRanges.append(range)
        absorb(range, isWhole: true)
    }

    /// Takes in a range of speech, or as much of it as is certain: closes the window it cannot join and cuts off windows
    /// it fills.
    private mutating func absorb(_ range: Range<Int>, isWhole: Bool) {
        var start = max(range.lowerBound, cutEnd)
        if let extent, range.upperBound - extent.lowerBound > Self.maxSamples { closeWindow() }
        while extent == nil, range.upperBound - start > Self.maxSamples {
            let end = start + Self.maxSamples
            let cut = QuietestPoint.find(in: buffer, places: end - searchLength..<end)
            speech = [start..<cut]
            extent = start..<cut
            closeWindow()
            start = cut
            cutEnd = cut
        }
        if isWhole {
            extent = (extent?.lowerBound ?? start)..<range.upperBound
            speech.append(start..<range.upperBound)
        }
    }

    private mutating func closeWindow() {
        guard let places = extent else { return }
        windows.append(AudioWindow(firstSample: places.lowerBound, samples: Array(buffer[places]), speech: speech))
        extent = nil
        speech = []
    }
}
