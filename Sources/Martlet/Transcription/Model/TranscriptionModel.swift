import MartletAudio
public import MartletEngine

/// A loaded model that turns speech into text.
public final class TranscriptionModel: Sendable {
    /// What was loaded.
    public let info: ModelInfo
    /// The languages it was made for, in the order of its tokens; English alone where it has no language tokens.
    public let languages: [TranscriptionLanguage]
    /// Whether it detects languages and translates.
    public let isMultilingual: Bool
    let decoder: EngineWindowDecoder
    let configuration: TranscriptionConfiguration
    /// Tells speech from silence; every transcription has a copy.
    let detector: any VoiceActivityDetector

    init(
        info: ModelInfo, decoder: EngineWindowDecoder, configuration: TranscriptionConfiguration,
        detector: any VoiceActivityDetector
    ) {
        self.info = info
        self.decoder = decoder
        self.configuration = configuration
        self.detector = detector
        isMultilingual = decoder.vocabulary.isMultilingual
        languages = decoder.vocabulary.supportedLanguages
    }

    /// What the engine is doing now and has done so far.
    public var statistics: EngineStatistics { decoder.client.statistics }

    /// Asserts the invariants of scheduler and cache.
    public func checkIntegrity() async { await decoder.client.checkIntegrity() }

    /// Stops: takes no more requests, waits at most `drainTimeout` for those in flight, aborts the rest; nil aborts all.
    public func shutDown(drainTimeout: Duration? = nil) async {
        await decoder.client.shutDown(drainTimeout: drainTimeout)
    }
}
