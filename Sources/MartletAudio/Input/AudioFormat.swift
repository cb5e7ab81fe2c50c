/// What an audio file is, as its header tells.
public struct AudioFormat: Hashable, Sendable {
    /// The kind of file, as "WAV" or "MP4".
    public var container: String
    /// How its samples are coded, as "PCM 16 bit" or "MP3".
    public var codec: String
    /// Frames per second, in Hz.
    public var sampleRate: Int
    /// Samples per frame.
    public var channels: Int
    /// How many frames the header says there are; nil when it does not say.
    public var frameCount: Int?

    /// The seconds of audio the header says there are; nil when it does not say.
    public var duration: Double? { frameCount.map { Double($0) / Double(sampleRate) } }
}
