import MartletJSON

extension PreTokenizer {
    private static let supported =
        "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Sequence, "
        + "Split, UnicodeScripts, Whitespace, WhitespaceSplit"

    /// The `pre_tokenizer` of tokenizer.json.
    init(json: JSONValue) throws(TokenizerError) {
        var parts: [JSONValue] = []
        try Self.flatten(json, into: &parts)
        var stages: [Stage] = []
        for (index, part) in parts.enumerated() {
            try Self.append(part, isLast: index + 1 == parts.count, to: &stages)
        }
        self.init(stages: stages, endsInByteLevel: parts.last?["type"] == "ByteLevel")
    }

    private static func flatten(_ json: JSONValue, into parts: inout [JSONValue]) throws(TokenizerError) {
        guard json["type"] == "Sequence" else {
            if !json.isNull { parts.append(json) }
            return
        }
        guard let inner = json["pretokenizers"]?.arrayValue else {
            throw .malformed("the Sequence pre-tokenizer needs an array 'pretokenizers'")
        }
        for part in inner { try flatten(part, into: &parts) }
    }

    private static func append(
        _ json: JSONValue, isLast: Bool, to stages: inout [Stage]
    ) throws(TokenizerError) {
        let characters = LibraryCharacters.shared
        switch json["type"]?.stringValue {
        case "BertPreTokenizer":
            stages.append(.matches(.scalars(characters.whitespace), .removed, isInverted: false))
            stages.append(.matches(.scalars(characters.punctuation), .isolated, isInverted: false))
        case "ByteLevel":
            if json["add_prefix_space"]?.boolValue ?? true { stages.append(.prefixSpace) }
            if json["use_regex"]?.boolValue ?? true { stages.append(.split(.gpt2)) }
            if !isLast { stages.append(.byteAlphabet) }
        case "CharDelimiterSplit":
            let delimiter = try character("delimiter", of: json).value
            let set = ScalarLookup(ScalarRanges([delimiter...delimiter]))
            stages.append(.matches(.scalars(set), .removed, isInverted: false))
        case "Digits":
            stages.append(.split(.digits(individual: json["individual_digits"]?.boolValue ?? false)))
        case "FixedLength":
            let length = json["length"] == nil ? 5 : json["length"]?.intValue ?? 0
            guard length > 0 else { throw .malformed("the FixedLength pre-tokenizer needs a 'length' above 0") }
            stages.append(.fixedLength(length))
        case "Metaspace": stages.append(.metaspace(try metaspace(json)))
        case "Punctuation":
            let behavior = try json["behavior"].map { value throws(TokenizerError) in try self.behavior(value) }
            stages.append(.matches(.scalars(characters.punctuation), behavior ?? .isolated, isInverted: false))
        case "Split": stages.append(try split(json))
        case "UnicodeScripts": stages.append(.scripts)
        case "Whitespace": stages.append(.words)
        case "WhitespaceSplit":
            stages.append(.matches(.scalars(characters.whitespace), .removed, isInverted: false))
        case let type:
            throw .unsupported(part: "pre-tokenizer", name: type ?? json.kindName, supported: supported)
        }
    }

    private static func split(_ json: JSONValue) throws(TokenizerError) -> Stage {
        let behavior = try behavior(json["behavior"] ?? .null)
        let isInverted = json["invert"]?.boolValue ?? false
        if let literal = json["pattern"]?["String"]?.stringValue {
            return .matches(.regex(RegexPattern(literal: literal)), behavior, isInverted: isInverted)
        }
        guard let regex = json["pattern"]?["Regex"]?.stringValue else {
            throw .malformed("the Split pre-tokenizer needs a 'pattern' with a 'String' or a 'Regex'")
        }
        // Dropping what lies between matches is isolating them where a pattern matches everything.
        if let pattern = SplitPattern(regex: regex),
            behavior == .isolated || (behavior == .removed && isInverted && pattern.matchesEverything)
        {
            return .split(pattern)
        }
        return .matches(.regex(try RegexPattern(regex)), behavior, isInverted: isInverted)
    }

    private static func behavior(_ json: JSONValue) throws(TokenizerError) -> SplitBehavior {
        guard let behavior = json.stringValue.flatMap(SplitBehavior.init) else {
            throw .unsupported(
                part: "split behavior", name: json.stringValue ?? json.kindName,
                supported: SplitBehavior.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return behavior
    }

    private static func metaspace(_ json: JSONValue) throws(TokenizerError) -> Metaspace {
        let replacement = try character("replacement", of: json)
        let addsPrefix = json["add_prefix_space"]?.boolValue ?? true
        var scheme: Metaspace.PrependScheme = addsPrefix ? .always : .never
        if let name = json["prepend_scheme"] {
            guard let known = name.stringValue.flatMap(Metaspace.PrependScheme.init) else {
                throw .unsupported(
                    part: "prepend scheme", name: name.stringValue ?? name.kindName,
                    supported: Metaspace.PrependScheme.allCases.map(\.rawValue).joined(separator: ", "))
            }
            guard addsPrefix || known == .never else {
                throw .malformed("Metaspace: add_prefix_space does not match declared prepend_scheme")
            }
            scheme = known
        }
        return Metaspace(
            replacement: Array(String(replacement).utf8), prependScheme: scheme,
            splits: json["split"]?.boolValue ?? true)
    }

    private static func character(_ key: String, of json: JSONValue) throws(TokenizerError) -> Unicode.Scalar {
        guard let scalars = json[key]?.stringValue?.unicodeScalars, scalars.count == 1 else {
            throw .malformed("the \(json["type"]?.stringValue ?? "") pre-tokenizer needs one character as '\(key)'")
        }
        return scalars.first!
    }
}

extension SplitPattern {
    /// True where no character is left between matches.
    var matchesEverything: Bool {
        switch self {
        case .gpt2, .cl100k, .o200k: true
        default: false
        }
    }
}
