public import MartletAudio

/// Where the audio of a transcription comes from.
public enum TranscriptionAudio: Sendable {
    /// A file on disk, of any format that can be read.
    case file(path: String)
    /// The bytes of a file in memory, of any format that can be read; `name` is for error messages.
    case bytes([UInt8], name: String? = nil)
    /// A file that is read from anywhere, of any format that can be read; `name` is for error messages.
    case source(any AudioBytes, name: String? = nil)
    /// Mono samples, 16,000 per second.
    case samples([Float])
}

extension TranscriptionAudio {
    /// A reader at the beginning; opens files, and may be slow.
    func reader(_ limits: AudioLimits) throws(AudioError) -> any SampleReading {
        switch self {
        case .file(let path): try AudioReader(AudioFile(path: path), limits: limits, name: path)
        case .bytes(let bytes, let name): try AudioReader(AudioBuffer(bytes), limits: limits, name: name)
        case .source(let source, let name): try AudioReader(source, limits: limits, name: name)
        case .samples(let samples): SampleArrayReader(samples)
        }
    }
}
