import Glibc
public import MartletJSON
public import MartletModelIR

/// A model as it lies on disk: configuration, weights, and where tokenizer and chat template are.
public struct Checkpoint: Sendable {
    /// The keys of config.json; GGUF metadata are translated to them.
    public let config: ModelConfig
    /// The weights under Hugging Face names.
    public let weights: any WeightSource
    /// generation_config.json, nil when there is none.
    public let generationConfig: JSONObject?
    /// preprocessor_config.json, nil when there is none.
    public internal(set) var preprocessorConfig: JSONObject?
    /// Tokens whose places in a prompt images, videos and sounds take; none of a model of text.
    public internal(set) var mediaTokenIDs: Set<Int> = []
    /// Where the tokenizer is found.
    public let tokenizer: TokenizerSource
    /// The sources of the chat templates by name; the usual one is called `default`.
    public let chatTemplates: [String: String]
    /// The usual chat template's source, nil when there is none.
    public var chatTemplate: String? { chatTemplates[Self.defaultTemplateName] }
    /// Tensors and bytes by storage format, most bytes first.
    public let formats: [FormatSummary]
    /// The number of elements of all tensors.
    public let parameterCount: Int
    /// Paths of the weight files.
    public var files: [String] { mappings.map(\.path) }
    /// Bytes of the weight files.
    public var totalBytes: Int { mappings.reduce(0) { $0 + $1.bytes.count } }

    let mappings: [MappedFile]
    static let defaultTemplateName = "default"

    /// Opens a Hugging Face folder, one in Mistral's own format, a GGUF file, a model file of whisper.cpp, or a folder
    /// with one such file.
    ///
    /// **Throws** when nothing usable is there, saying what was looked for, and for files that are broken.
    ///
    /// - Parameters:
    ///   - format: Which form to take where a folder has several.
    ///   - configOverrides: Members that replace those of config.json, see `ModelConfig.overridden`.
    public static func open(
        path: String, format: Format = .auto, configOverrides: JSONObject = JSONObject()
    ) throws(CheckpointError) -> Checkpoint {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw .unreadable(path: path, message: MappedFile.reason(errno))
            }
            throw .notFound(path: path, message: "no such file or folder; give \(accepted)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard format == .auto || format == .gguf else {
                throw .unsupported(file: path, message: "is a file; this format is a folder: \(accepted)")
            }
            return try open(file: path, configOverrides)
        }
        return try open(folder: Folder(path: path), format, configOverrides)
    }

    /// Opens a GGUF file that lies in memory and outlives the checkpoint, such as one compiled into the program.
    public static func open(ggufBytes: UnsafeRawBufferPointer, name: String) throws(CheckpointError) -> Checkpoint {
        try open(parts: [GGUF(file: MappedFile(borrowing: ggufBytes, name: name))], configOverrides: JSONObject())
    }

    /// Asks the system to read all weights ahead.
    public func prefetch() {
        for mapping in mappings { mapping.prefetch() }
    }

    static let accepted =
        "a folder with config.json and *.safetensors files, one with params.json and consolidated*.safetensors, "
        + "a .gguf file, or a model file of whisper.cpp (ggml-*.bin)"

    private static func open(
        folder: Folder, _ format: Format, _ overrides: JSONObject
    ) throws(CheckpointError) -> Checkpoint {
        switch format {
        case .huggingFace: return try Checkpoint(folder: folder, configOverrides: overrides)
        case .mistral: return try Checkpoint(mistral: folder, configOverrides: overrides)
        case .gguf: return try open(ggufIn: folder, overrides)
        case .auto: break
        }
        if folder.contains("config.json"), folder.hasHuggingFaceWeights {
            return try Checkpoint(folder: folder, configOverrides: overrides)
        }
        if folder.hasMistralCheckpoint { return try Checkpoint(mistral: folder, configOverrides: overrides) }
        let whisperFiles = try folder.whisperFiles()
        if folder.contains("config.json"), whisperFiles.isEmpty, !folder.names.contains(where: isWeightFile) {
            throw .notFound(
                path: folder.path,
                message: "config.json is there, but no weights\(PickleFile.hint(folder.names)); looked for "
                    + "model.safetensors.index.json and *.safetensors")
        }
        if folder.contains("config.json"), folder.names.contains(where: { $0.hasSuffix(".safetensors") }) {
            return try Checkpoint(folder: folder, configOverrides: overrides)
        }
        return try open(ggufIn: folder, overrides)
    }

    /// Opens the only GGUF file of a folder, or where there is none the only model file of whisper.cpp.
    private static func open(ggufIn folder: Folder, _ overrides: JSONObject) throws(CheckpointError) -> Checkpoint {
        let ggufs = folder.names.filter { $0.hasSuffix(".gguf") }
        var firsts = ggufs.filter { !$0.contains("-of-") || $0.contains("-00001-of-") }
        if firsts.isEmpty { firsts = try folder.whisperFiles() }
        switch firsts.count {
        case 0:
            throw .notFound(
                path: folder.path,
                message: "no config.json and no .gguf file here\(PickleFile.hint(folder.names)); give \(accepted)")
        case 1:
            return try open(file: folder.path(of: firsts[0]), overrides)
        default:
            throw .unsupported(
                file: folder.path, message: "several model files, name one: \(firsts.joined(separator: ", "))")
        }
    }

    private static func isWeightFile(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") || name.hasSuffix(".gguf")
    }

    private static func open(file path: String, _ overrides: JSONObject) throws(CheckpointError) -> Checkpoint {
        if try MappedFile(path: path).withBytes(GGUF.isGGUF) {
            return try open(parts: GGUFSplit.open(path), configOverrides: overrides)
        }
        if path.hasSuffix(".safetensors") {
            throw .unsupported(file: path, message: "a safetensors file alone has no configuration; give its folder")
        }
        let file = try MappedFile(path: path)
        if file.withBytes(WhisperGGML.isGGML) {
            return try Checkpoint(whisper: WhisperGGML(file: file), configOverrides: overrides)
        }
        let hint = file.withBytes(PickleFile.isPickle) ? PickleFile.hint : PickleFile.hint([path])
        throw .unsupported(file: path, message: "is no GGUF file\(hint); give \(accepted)")
    }
}
