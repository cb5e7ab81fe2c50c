import Glibc
import MartletJSON
import MartletTokenizers
import MartletWeights

/// Reads tokenizers from where checkpoints keep them.
enum TokenizerLoading {
    /// The tokenizer a configuration asks for of a checkpoint.
    ///
    /// With `encodesChats` a file that tells how chats are encoded comes first, unless `tokenizerMode` says otherwise.
    /// **Throws** `cannotLoad` or `unsupported`, naming the file.
    static func load(
        _ source: TokenizerSource, for configuration: LLMConfiguration, encodesChats: Bool = false
    ) throws(LLMError) -> LoadedTokenizer {
        let mode = configuration.tokenizerMode
        let loaded = try load(
            source, replacement: configuration.tokenizer,
            encodesChats: mode == .mistral || mode == .auto && encodesChats)
        guard mode != .mistral || loaded.mistral != nil else {
            throw .unsupported(
                "--tokenizer-mode mistral: there is no tekken.json and no tokenizer.model.vN of a known version")
        }
        return loaded
    }

    /// The checkpoint's tokenizer, or the one at `replacement`: a folder or a tokenizer file.
    ///
    /// With `encodesChats` a file that tells how chats are encoded comes before others of the same folder.
    /// **Throws** `cannotLoad` or `unsupported`, naming the file.
    static func load(
        _ source: TokenizerSource, replacement: String?, encodesChats: Bool = false
    ) throws(LLMError) -> LoadedTokenizer {
        if let replacement { return try load(path: replacement, encodesChats: encodesChats) }
        switch source {
        case .huggingFace(let directory): return try load(folder: directory, encodesChats: encodesChats)
        case .gguf(let metadata): return try load(metadata, path: "GGUF metadata")
        case .whisper(let file): return try load(file)
        }
    }

    /// The tokenizer in a folder or a file; what kind of file, its contents tell.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` or `unsupported`, naming the file.
    static func load(path: String, encodesChats: Bool = false) throws(LLMError) -> LoadedTokenizer {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return try load(folder: path, encodesChats: encodesChats)
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return try load(file: path, folder: folder.isEmpty ? "." : folder.joined(separator: "/"))
    }

    /// The first of the usual files that is there.
    private static func load(folder: String, encodesChats: Bool) throws(LLMError) -> LoadedTokenizer {
        let names = try names(in: folder)
        if let name = TokenizerFormat.fileName(in: names, encodesChats: encodesChats) {
            return try load(file: "\(folder)/\(name)", folder: folder)
        }
        guard names.contains("vocab.json"), names.contains("merges.txt") else {
            throw .cannotLoad(
                "\(folder): no tokenizer; looked for \(TokenizerFormat.fileNames.joined(separator: ", ")), vocab.json "
                    + "with merges.txt")
        }
        return try load(slowTokenizerIn: folder)
    }

    /// The tokenizer in vocab.json, merges.txt and added_tokens.json.
    private static func load(slowTokenizerIn folder: String) throws(LLMError) -> LoadedTokenizer {
        let (vocab, merges): (MappedFile, MappedFile)
        do {
            vocab = try MappedFile(path: "\(folder)/vocab.json")
            merges = try MappedFile(path: "\(folder)/merges.txt")
        } catch { throw LLMError(error) }
        let added = try json("\(folder)/added_tokens.json")
        let config = try json("\(folder)/tokenizer_config.json")
        do {
            return LoadedTokenizer(
                tokenizer: try Tokenizer.load(
                    vocab: vocab.withBytes { Array($0) }, merges: merges.withBytes { Array($0) }, addedTokens: added,
                    config: config))
        } catch { throw LLMError(error, "\(folder)/vocab.json") }
    }

    /// The vocabulary of a whisper.cpp file.
    private static func load(_ file: WhisperVocabularyFile) throws(LLMError) -> LoadedTokenizer {
        do {
            return LoadedTokenizer(
                tokenizer: try Tokenizer.load(whisperTokens: file.tokens.map(Array.init), vocabSize: file.vocabSize))
        } catch { throw LLMError(error, "vocabulary of the whisper.cpp file") }
    }

    private static func names(in folder: String) throws(LLMError) -> [String] {
        do { return try Folder(path: folder).names } catch { throw LLMError(error) }
    }

    private static func load(file path: String, folder: String) throws(LLMError) -> LoadedTokenizer {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch { throw LLMError(error) }
        guard let format = TokenizerFormat(of: file.bytes) else {
            throw .cannotLoad("\(path): is no tokenizer; accepted are \(TokenizerFormat.accepted)")
        }
        if format == .gguf {
            let metadata: GGUFVocabularyMetadata
            do { metadata = try GGUFVocabularyMetadata(GGUF(file: file)) } catch { throw LLMError(error) }
            return try load(metadata, path: path)
        }
        let config = try json("\(folder)/tokenizer_config.json")
        let name = String(path.split(separator: "/").last ?? "")
        do {
            return try file.bytes.withMemoryRebound(to: UInt8.self) { (bytes) throws(TokenizerError) in
                try load(bytes, format, name: name, config: config)
            }
        } catch {
            throw LLMError(error, path)
        }
    }

    private static func load(
        _ bytes: UnsafeBufferPointer<UInt8>, _ format: TokenizerFormat, name: String, config: JSONValue?
    ) throws(TokenizerError) -> LoadedTokenizer {
        switch format {
        case .tekken:
            let file = try TekkenFile(bytes)
            return LoadedTokenizer(tokenizer: try Tokenizer(tekken: file), mistral: MistralPrompt(file))
        case .sentencePiece:
            return LoadedTokenizer(
                tokenizer: try Tokenizer.load(sentencePiece: bytes, config: config),
                mistral: MistralPrompt(fileName: name))
        case .tiktoken:
            return LoadedTokenizer(tokenizer: try Tokenizer.load(tiktoken: bytes, fileName: name, config: config))
        case .tokenizerJSON, .gguf:
            return LoadedTokenizer(tokenizer: try Tokenizer.load(json: bytes, config: config))
        }
    }

    private static func load(_ metadata: GGUFVocabularyMetadata, path: String) throws(LLMError) -> LoadedTokenizer {
        do { return LoadedTokenizer(tokenizer: try Tokenizer(gguf: GGUFVocabulary(metadata))) } catch {
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
        name = metadata.name ?? ""
        (scores, charsMap) = (metadata.scores, metadata.charsMap)
        eomTokenID = id(metadata.eomTokenID)
        separatorTokenID = id(metadata.separatorTokenID)
        classifierTokenID = id(metadata.classifierTokenID)
        maskTokenID = id(metadata.maskTokenID)
        addSpacePrefix = metadata.addSpacePrefix
        removeExtraWhitespaces = metadata.removeExtraWhitespaces
        (lowercases, stripsAccents) = (metadata.lowercases, metadata.stripsAccents)
    }
}
