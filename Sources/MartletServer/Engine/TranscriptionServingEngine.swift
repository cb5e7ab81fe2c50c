public import Martlet
public import MartletAudio

/// A model that writes down speech; tests bring their own.
public protocol TranscriptionServingEngine: ServedEngine {
    /// The languages it knows; one of English only has that one.
    var languages: [TranscriptionLanguage] { get }

    /// The code of a language given as a code or an English name; nil for one it does not know.
    func languageCode(of text: String) -> String?

    /// Starts writing down a file; dropping the sequence or cancelling its reader stops the work.
    ///
    /// - Parameter name: what errors call the file, if anything.
    /// **Throws** `invalidRequest` with `file` as its `param` for audio that cannot be used, here or from the sequence.
    func events(
        for audio: any AudioBytes, name: String?, options: TranscriptionOptions
    ) async throws(LLMError) -> any AsyncSequence<TranscriptionEvent, LLMError> & Sendable
}
