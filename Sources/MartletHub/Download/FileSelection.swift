/// Which files of a repository a model needs.
enum FileSelection {
    /// The files to download in order, small ones first.
    ///
    /// **Throws** `notFound` when the repository holds no weights that can be read, or not the GGUF file that was named.
    static func files(
        of name: HubModelName, among all: [String], form: HubModelForm = .auto
    ) throws(HubError) -> [String] {
        let top = all.filter { !$0.contains("/") }
        if let wanted = name.file { return try gguf(wanted, all, name) }
        let safetensors = form == .mistral ? [] : weights(top.filter { $0.hasSuffix(".safetensors") })
        if !safetensors.isEmpty { return all.filter { isCompanion($0, index: Self.index) } + safetensors }
        let consolidated = mistralWeights(top)
        if !consolidated.isEmpty { return all.filter { isCompanion($0, index: mistralIndex) } + consolidated }
        guard form == .auto else {
            throw .notFound("\(name): the repository has no params.json with consolidated*.safetensors")
        }
        let ggufs = all.filter { $0.hasSuffix(".gguf") }
        let models = Set(ggufs.map { GGUFParts(of: $0).model })
        switch models.count {
        case 0:
            let hint = top.contains { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
            throw .notFound(
                "\(name): the repository has no *.safetensors and no *.gguf file"
                    + (hint ? "; its pickle files (*.bin, *.pt) are not read, because they can run code" : ""))
        case 1: return ggufs.sorted()
        default:
            throw .notFound(
                "\(name): the repository has several GGUF files; name one, for instance \(name):\(ggufs.sorted()[0]); "
                    + "there are \(ggufs.sorted().joined(separator: ", "))")
        }
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

    /// The file of that name, else the only model whose file name contains `wanted` as a word; with all its parts.
    private static func gguf(_ wanted: String, _ all: [String], _ name: HubModelName) throws(HubError) -> [String] {
        let ggufs = all.filter { $0.hasSuffix(".gguf") }.sorted()
        var models = Set(ggufs.filter { $0 == wanted }.map { GGUFParts(of: $0).model })
        if models.isEmpty {
            models = Set(ggufs.map { GGUFParts(of: $0).model }.filter { contains($0, wanted) })
        }
        guard models.count == 1, let model = models.first else {
            let found = models.isEmpty ? "no GGUF file" : "several GGUF files"
            throw .notFound(
                "\(name): \(found) matching \"\(wanted)\"; there are \(ggufs.joined(separator: ", "))")
        }
        return ggufs.filter { GGUFParts(of: $0).model == model }
    }

    private static func contains(_ model: String, _ tag: String) -> Bool {
        let words = model.lowercased().split { $0 == "." || $0 == "-" || $0 == "/" }
        return words.contains { $0 == tag.lowercased() }
    }
}

/// The name of a GGUF file without its part number.
struct GGUFParts {
    /// The path up to `-00001-of-00003` or `.gguf`.
    let model: String
    /// How many parts the model has.
    let count: Int

    init(of path: String) {
        let stem = path.hasSuffix(".gguf") ? path.dropLast(5) : path[...]
        let pieces = stem.split(separator: "-", omittingEmptySubsequences: false)
        let isPart =
            pieces.count > 3 && pieces[pieces.count - 2] == "of"
            && [pieces[pieces.count - 1], pieces[pieces.count - 3]].allSatisfy { $0.count == 5 && Int($0) != nil }
        count = isPart ? Int(pieces[pieces.count - 1]) ?? 1 : 1
        model = isPart ? pieces.dropLast(3).joined(separator: "-") : String(stem)
    }
}
