public import MartletAudio
public import MartletModelIR

/// How a model transcribes, whatever the request.
public struct TranscriptionConfiguration: Sendable {
    /// Windows of one file that are decoded at once.
    public var maxConcurrentWindows = 8
    /// Files transcribed at once at most, which saves the memory of more; nil: as many as there are requests.
    public var maxConcurrentFiles: Int?
    /// A Silero model in whisper.cpp's ggml format that tells speech from silence; nil: by energy.
    public var vadModel: String?
    /// How probabilities of speech become windows; a request's `vadThreshold` replaces the threshold.
    public var voiceActivity = VoiceActivityOptions()
    /// How much audio is taken at most.
    public var audioLimits = AudioLimits()
    /// Takes the time of the encoder and of the keys and values of cross attention, as `EncoderStage` names them; nil:
    /// nobody looks.
    public var stageProfile: StepProfile?

    /// Eight windows at once, speech told by energy, hours of audio.
    public init() {}
}
