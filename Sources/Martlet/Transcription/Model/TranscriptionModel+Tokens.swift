import MartletModels
import MartletTokenizers

extension TranscriptionModel {
    /// The code of a language given as a code or an English name, `Castilian` too; nil for one it was not made for.
    public func languageCode(of text: String) -> String? {
        let code = WhisperLanguage.find(text)?.code ?? text.lowercased()
        return languages.contains { $0.code == code } ? code : nil
    }

    /// The token ids of a text; Whisper's special tokens stand around windows, not texts.
    public func encode(_ text: String) -> [Int32] { decoder.tokens(of: text) }

    /// The text of token ids.
    ///
    /// **Throws** `invalidRequest` for an id outside the vocabulary.
    public func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool = true) throws(LLMError) -> String {
        let vocabSize = decoder.vocabulary.vocabSize
        if let outside = tokenIDs.first(where: { $0 < 0 || Int($0) >= vocabSize }) {
            throw .invalidRequest(
                param: "tokens", message: "token id \(outside) is outside the vocabulary (0 to \(vocabSize - 1))")
        }
        return decoder.tokenizer.decode(tokenIDs, skipSpecialTokens: skipSpecialTokens)
    }

    /// The bytes a token adds to decoded text.
    public func bytes(ofToken tokenID: Int32) -> [UInt8] { decoder.bytes(of: tokenID) }

    /// The token as the vocabulary spells it; empty for an id without token.
    public func vocabularyEntry(_ tokenID: Int32) -> String { decoder.tokenizer.tokenString(tokenID) ?? "" }
}
