import Martlet
import MartletJSON
import MartletTokenizers

/// One line of `martlet tokenize` and `martlet detokenize`.
struct TokenizeLine {
    let tokenizer: Tokenizer

    /// The ids of the line's text, and what they decode to with special tokens.
    func tokenized(_ line: JSONObject, addSpecialTokens: Bool) throws(CLIError) -> JSONValue {
        let ids = tokenizer.encode(
            try line.requiredString("text"), addSpecialTokens: addSpecialTokens,
            parseSpecial: !tokenizer.hidesControlTokens)
        return [
            "ids": .array(ids.map { .integer(Int64($0)) }),
            "decoded": .string(tokenizer.decode(ids, skipSpecialTokens: tokenizer.hidesControlTokens)),
        ]
    }

    /// The text of the line's ids.
    func detokenized(_ line: JSONObject, skipSpecialTokens: Bool) throws(CLIError) -> JSONValue {
        guard let list = line["ids"]?.arrayValue else { throw CLIError("ids must be an array of token ids") }
        var ids: [Int32] = []
        for value in list { ids.append(try id(value)) }
        let text = tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens || tokenizer.hidesControlTokens)
        return ["text": .string(text)]
    }

    private func id(_ value: JSONValue) throws(CLIError) -> Int32 {
        guard let id = value.intValue, id >= 0, id < tokenizer.vocabSize else {
            throw CLIError("ids: \(JSONWriter.string(value)) is no token id (0 to \(tokenizer.vocabSize - 1))")
        }
        return Int32(id)
    }
}
