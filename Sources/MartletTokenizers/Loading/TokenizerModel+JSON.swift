import MartletJSON

extension TokenizerModel {
    /// The `model` of tokenizer.json; `endsInByteLevel` tells whether its pieces are bytes.
    init(_ file: TokenizerFile, endsInByteLevel: Bool) throws(TokenizerError) {
        self = .byteLevelBPE(try BytePairModel(file))
    }
}
