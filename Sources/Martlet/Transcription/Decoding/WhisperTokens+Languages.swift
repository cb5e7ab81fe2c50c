import MartletModels

extension WhisperTokens {
    /// The languages of the vocabulary with their names.
    var supportedLanguages: [TranscriptionLanguage] {
        let codes = isMultilingual ? languages.map(\.code) : ["en"]
        return codes.map { TranscriptionLanguage(code: $0, name: WhisperLanguage.find($0)?.name ?? $0) }
    }

    /// The code of the language a request asks for; nil: it is to be detected.
    ///
    /// **Throws** `invalidRequest` for a language or task the model is not made for.
    func language(for options: TranscriptionOptions) throws(LLMError) -> String? {
        if options.task == .translate, !isMultilingual {
            throw .invalidRequest(param: "model", message: "the model is for English alone; it does not translate")
        }
        guard let asked = options.language else { return isMultilingual ? nil : "en" }
        let supported = supportedLanguages.map(\.code)
        let code = WhisperLanguage.find(asked)?.code ?? asked.lowercased()
        guard supported.contains(code) else {
            throw .invalidRequest(
                param: "language",
                message: "\(asked) is not supported; supported: \(supported.joined(separator: ", "))")
        }
        return code
    }
}
