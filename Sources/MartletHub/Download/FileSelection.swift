/// Which files of a repository a model needs.
enum FileSelection {
    /// The files to download in order, small ones first.
    ///
    /// **Throws** `notFound` when the repository holds no weights that can be read, or not the file that was named.
    static func files(
        of name: HubModelName, among all: [String], form: HubModelForm = .auto
    ) throws(HubError) -> [String] {
        let top = all.filter { !$0.contains("/") }
        if let wanted = name.file { return try named(wanted, all, name) }
        let safetensors = form == .mistral ? [] : weights(top.filter { $0.hasSuffix(".safetensors") })
        if !safetensors.isEmpty { return all.filter { isCompanion($0, index: Self.index) } + safetensors }
        let consolidated = mistralWeights(top)
        if !consolidated.isEmpty { return all.filter { isCompanion($0, index: mistralIndex) } + consolidated }
        guard form == .auto else {
            throw .notFound("\(name): the repository has no params.json with consolidated*.safetensors")
        }
        return try single(all, name)
    }

    /// The GGUF model, else the ggml file, of a repository that has no other weights.
    private static func single(_ all: [String], _ name: HubModelName) throws(HubError) -> [String] {
        let ggufs = all.filter(WholeModelFile.isGGUF).sorted()
        let files = ggufs.isEmpty ? all.filter(WholeModelFile.isGGML).sorted() : ggufs
        switch Set(files.map { WholeModelFile($0).model }).count {
        case 0:
            let hasPickle = all.contains { !$0.contains("/") && isPickle($0) }
            throw .notFound(
                "\(name): the repository has no *.safetensors, no *.gguf and no ggml-*.bin file"
                    + (hasPickle ? "; \(pickleHint)" : ""))
        case 1: return files
        default:
            let kind = ggufs.isEmpty ? "ggml" : "GGUF"
            throw .notFound(
                "\(name): the repository has several \(kind) files; name one, for instance \(name):\(files[0]); "
                    + "there are \(files.joined(separator: ", "))")
        }
    }

    private static let pickleHint = "pickle files (*.bin, *.pt) are not read, because they can run code"

    private static func isPickle(_ file: String) -> Bool {
        [".bin", ".pt", ".pth"].contains(where: file.hasSuffix) && !WholeModelFile.isGGML(file)
    }

    /// Configuration, tokenizer and chat template.
    private static let companions: Set<String> = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model", "tekken.json", "tiktoken.model",
        "chat_template.jinja", "chat_template.json", "modules.json",
        "config_sentence_transformers.json",
    ]

    /// Which shard holds which weight.
    private static let index = "model.safetensors.index.json"
    private static let mistralIndex = "consolidated.safetensors.index.json"
    private static let mistralConfig = "params.json"

    private static func isCompanion(_ name: String, index: String) -> Bool {
        if name == index || name == mistralConfig && index == mistralIndex { return true }
        if name.contains("/") { return isAdditionalTemplate(name) || isModuleFile(name) }
        if name.hasPrefix("sentence_"), name.hasSuffix("_config.json") { return true }
        return companions.contains(name) || name.hasSuffix(".tiktoken") || name.hasPrefix("tokenizer.model.")
    }

    /// A file of a sentence-transformers module, in a numbered folder such as `1_Pooling`.
    private static func isModuleFile(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = parts[0].split(separator: "_").first, Int(number) != nil else {
            return false
        }
        return parts[1] == "config.json" || parts[1] == "model.safetensors"
    }

    private static func isAdditionalTemplate(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0] == "additional_chat_templates" && parts[1].hasSuffix(".jinja")
    }

    /// `model*.safetensors` where there are any: other files then hold the same weights in another layout.
    private static func weights(_ files: [String]) -> [String] {
        let own = files.filter { $0.hasPrefix("model") }
        if !own.isEmpty { return own.sorted() }
        return files.filter { !$0.hasPrefix("consolidated") && !$0.hasPrefix("adapter_") }.sorted()
    }

    /// The weights beside params.json: shards where there is an index, else one file; none without params.json.
    private static func mistralWeights(_ files: [String]) -> [String] {
        guard files.contains(mistralConfig) else { return [] }
        let whole = "consolidated.safetensors"
        let all = files.filter { $0.hasPrefix("consolidated") && $0.hasSuffix(".safetensors") }.sorted()
        let shards = all.filter { $0 != whole }
        if files.contains(mistralIndex), !shards.isEmpty { return shards }
        return all.contains(whole) ? [whole] : shards
    }

    /// The file of that name, else `ggml-wanted.bin`, else the only model whose file name contains `wanted` as a word; with
    /// all its parts.
    private static func named(_ wanted: String, _ all: [String], _ name: HubModelName) throws(HubError) -> [String] {
        let files = all.filter { WholeModelFile.isGGUF($0) || WholeModelFile.isGGML($0) }.sorted()
        // In Whisper's repositories one name is the beginning of others: base, base.en, base-q5_1.
        let rules: [(String) -> Bool] = [
            { $0 == wanted }, { $0.lowercased() == "ggml-\(wanted.lowercased()).bin" },
            { WholeModelFile($0).isTagged(wanted) },
        ]
        let matches = rules.lazy.map { isMeant in files.filter(isMeant) }.first { !$0.isEmpty } ?? []
        let models = Set(matches.map { WholeModelFile($0).model })
        guard models.count == 1, let model = models.first else {
            if isPickle(wanted) { throw .notFound("\(name): \(pickleHint)") }
            let found = models.isEmpty ? "no GGUF or ggml file" : "several files"
            throw .notFound("\(name): \(found) matching \"\(wanted)\"; there are \(files.joined(separator: ", "))")
        }
        return files.filter { WholeModelFile($0).model == model }
    }
}
