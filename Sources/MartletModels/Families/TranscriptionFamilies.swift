public import MartletModelIR

extension ModelRegistry {
    /// Encoder-decoder models from speech to text.
    static let transcriptionFamilies: [any ModelArchitecture.Type] = [Whisper.self]

    /// Whether a configuration's architecture turns speech into text, and so takes no prompt of text alone.
    public func isTranscription(_ config: ModelConfig) -> Bool {
        supportedArchitectures.contains(config.architecture)
            && Self.transcriptionFamilies.contains { $0.architectures.contains(config.architecture) }
    }
}
