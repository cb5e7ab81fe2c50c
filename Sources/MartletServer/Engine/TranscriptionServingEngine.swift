public import Martlet
public import MartletAudio

/// A model that writes down speech; tests bring their own.
public protocol TranscriptionServingEngine: ServedEngine {
    /// The languages it knows, by code: `en` is `english`. One of English only has that one.
    var languages: [TranscriptionLanguage] { get }

    /// Starts writing down a file; dropping the sequence or cancelling its reader stops the work.
    ///
    /// - Parameter name: what errors call the file, if anything.
    func events(
        for audio: any AudioBytes, name: String?, options: TranscriptionOptions
    ) async throws(TranscriptionFailure) -> any AsyncSequence<TranscriptionEvent, TranscriptionFailure> & Sendable
}

/// A language a model knows.
public struct TranscriptionLanguage: Sendable, Hashable {
    /// Such as `en`.
    public var code: String
    /// Such as `english`.
    public var name: String

    /// A language.
    public init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}

/// Why a file was not written down.
public enum TranscriptionFailure: Error, Sendable, Hashable {
    /// The audio cannot be used.
    case audio(AudioError)
    /// The request is wrong, or the engine failed.
    case engine(LLMError)
}
