import MartletJSON

extension PreTokenizer {
    private static let supported =
        "ByteLevel at the end, before it Split (behavior Isolated) with \(SplitPattern.supportedNames), and Digits"

    /// The `pre_tokenizer` of tokenizer.json, which must end in ByteLevel.
    init(json: JSONValue) throws(TokenizerError) {
        if json.isNull {
            self.init(stages: [], endsInByteLevel: false)
            return
        }
        var parts: [JSONValue] = []
        Self.flatten(json, into: &parts)
        guard let last = parts.last, last["type"] == "ByteLevel" else {
            throw .unsupported(
                part: "pre-tokenizer", name: parts.last?["type"]?.stringValue ?? "none", supported: Self.supported)
        }
        var stages: [Stage] = []
        for part in parts.dropLast() { stages.append(.split(try Self.split(part))) }
        if last["add_prefix_space"]?.boolValue ?? true { stages.append(.prefixSpace) }
        if last["use_regex"]?.boolValue ?? true { stages.append(.split(.gpt2)) }
        self.init(stages: stages)
    }

    private static func flatten(_ json: JSONValue, into parts: inout [JSONValue]) {
        guard json["type"] == "Sequence", let inner = json["pretokenizers"]?.arrayValue else {
            if !json.isNull { parts.append(json) }
            return
        }
        for part in inner { flatten(part, into: &parts) }
    }

    private static func split(_ json: JSONValue) throws(TokenizerError) -> SplitPattern {
        switch json["type"]?.stringValue {
        case "Digits": return .digits(individual: json["individual_digits"]?.boolValue ?? false)
        case "Split":
            let regex = json["pattern"]?["Regex"]?.stringValue ?? json["pattern"]?["String"]?.stringValue ?? ""
            guard json["pattern"]?["Regex"] != nil, let pattern = SplitPattern(regex: regex) else {
                throw .unsupported(part: "splitting pattern", name: regex, supported: SplitPattern.supportedNames)
            }
            let behavior = json["behavior"]?.stringValue ?? ""
            let isInverted = json["invert"]?.boolValue ?? false
            // Dropping what lies between matches is isolating them where a pattern matches everything.
            guard behavior == "Isolated" || (behavior == "Removed" && isInverted && pattern.matchesEverything) else {
                throw .unsupported(part: "split behavior", name: behavior, supported: "Isolated")
            }
            return pattern
        case let type:
            throw .unsupported(part: "pre-tokenizer", name: type ?? json.kindName, supported: supported)
        }
    }
}

extension SplitPattern {
    /// True where no character is left between matches.
    fileprivate var matchesEverything: Bool {
        switch self {
        case .gpt2, .cl100k, .o200k: true
        case .deepSeekV3, .numbers, .cjk, .digits: false
        }
    }
}
