import MartletModels

extension WhisperTokens {
    /// What a checkpoint says.
    init(_ info: WhisperInfo) {
        self.init(
            endOfText: info.endOfText, startOfTranscript: info.startOfTranscript,
            translate: info.translate, transcribe: info.transcribe, startOfLM: info.startOfLM,
            startOfPrev: info.startOfPrevious, noSpeech: info.noSpeech, noTimestamps: info.noTimestamps,
            timestampBegin: info.firstTimestamp, vocabSize: info.vocabSize,
            languages: info.isMultilingual ? info.languages.map { Language(code: $0.language.code, id: $0.id) } : [],
            blank: info.beginSuppressTokens, suppressed: info.suppressTokens, nonSpeech: info.nonSpeechTokens)
    }
}
