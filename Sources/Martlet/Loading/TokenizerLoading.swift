import MartletJSON
import MartletTokenizers
import MartletWeights

/// Reads tokenizers from where checkpoints keep them.
enum TokenizerLoading {
    /// The checkpoint's tokenizer, or the one at `replacement`: a folder or a tokenizer.json.
    ///
    /// **Throws** `cannotLoad` or `unsupported`, naming the file.
    static func load(_ source: TokenizerSource, replacement: String?) throws(LLMError) -> Tokenizer {
        if let replacement {
            guard replacement.hasSuffix(".json") else { return try load(folder: replacement) }
            let folder = replacement.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            return try load(json: replacement, folder: folder.isEmpty ? "." : folder.joined(separator: "/"))
        }
        switch source {
        case .huggingFace(let directory): return try load(folder: directory)
        case .gguf(let metadata):
            do { return try Tokenizer(gguf: GGUFVocabulary(metadata)) } catch { throw LLMError(error, "GGUF metadata") }
        }
    }

    private static func load(folder: String) throws(LLMError) -> Tokenizer {
        try load(json: "\(folder)/tokenizer.json", folder: folder)
    }

    private static func load(json path: String, folder: String) throws(LLMError) -> Tokenizer {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch { throw LLMError(error) }
        let config = try json("\(folder)/tokenizer_config.json")
        do {
            return try file.bytes.withMemoryRebound(to: UInt8.self) { (bytes) throws(TokenizerError) in
                try Tokenizer.load(json: bytes, config: config)
            }
        } catch {
            throw LLMError(error, path)
        }
    }

    /// A JSON file's value, or nil when there is no file.
    ///
    /// **Throws** `cannotLoad` when it cannot be read or is no JSON.
    static func json(_ path: String) throws(LLMError) -> JSONValue? {
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            if case .notFound = error { return nil }
            throw LLMError(error)
        }
        do { return try JSONReader.parse(Array(file.bytes)) } catch { throw .cannotLoad("\(path): \(error)") }
    }
}

extension LLMError {
    fileprivate init(_ error: TokenizerError, _ path: String) {
        self =
            switch error {
            case .malformed: .cannotLoad("\(path): \(error)")
            case .unsupported: .unsupported("\(path): \(error)")
            }
    }
}

extension GGUFVocabulary {
    /// The metadata as the weights module reads them.
    fileprivate init(_ metadata: GGUFVocabularyMetadata) {
        func id(_ value: Int?) -> Int32? { value.flatMap { Int32(exactly: $0) } }
        self.init(
            model: metadata.model, pre: metadata.pre ?? "default", tokens: metadata.tokens.map(Array.init),
            tokenTypes: metadata.tokenTypes.map { Int32(truncatingIfNeeded: $0) },
            merges: metadata.merges.map(Array.init),
            bosTokenID: id(metadata.bosTokenID), eosTokenID: id(metadata.eosTokenID),
            eotTokenID: id(metadata.eotTokenID), unknownTokenID: id(metadata.unknownTokenID),
            paddingTokenID: id(metadata.paddingTokenID), addBOS: metadata.addBOS, addEOS: metadata.addEOS)
    }
}
