import MartletJSON

extension AddedTokenList {
    /// Adds what tokenizer_config.json says of tokens beyond tokenizer.json.
    ///
    /// **Source** transformers 5 `TokenizersBackend.__init__` and `_post_init`.
    mutating func add(config: JSONValue?) {
        guard let config else { return }
        let listed = Self.listed(config)
        let roles = SpecialTokenRoles(config)
        // What the configuration knows of a named token; without a list there, what the file knows.
        var known: [[UInt8]: AddedToken] = [:]
        for token in config["added_tokens_decoder"] == nil ? tokens : listed { known[token.content] = token }
        // A token with a standard role stays as it is known.
        let named = roles.standard.map { known[$0.content] ?? $0 } + roles.others
        add(listed + named.map(\.asSpecial))
    }

    /// `added_tokens_decoder` in the order of the ids.
    private static func listed(_ config: JSONValue) -> [AddedToken] {
        guard let entries = config["added_tokens_decoder"]?.objectValue else { return [] }
        return entries.compactMap { AddedToken(json: $1, id: Int($0)) }.sorted { $0.id < $1.id }
    }
}

extension AddedToken {
    fileprivate var asSpecial: AddedToken {
        var token = self
        token.isSpecial = true
        return token
    }
}

/// The tokens that tokenizer_config.json names, as tokens to add.
private struct SpecialTokenRoles {
    /// Those with a role that every model knows.
    private(set) var standard: [AddedToken] = []
    /// Those with a role of the model's own, and those without role.
    private(set) var others: [AddedToken] = []

    init(_ config: JSONValue) {
        for role in Tokenizer.SpecialTokens.roles { append(config[role], to: \.standard) }
        for (key, value) in config.objectValue ?? JSONObject()
        where key.hasSuffix("_token") && !Tokenizer.SpecialTokens.roles.contains(key) && value.stringValue != nil {
            append(value, to: \.others)
        }
        let extra = config["extra_special_tokens"] ?? config["additional_special_tokens"] ?? .null
        for (_, value) in extra.objectValue ?? JSONObject() { append(value, to: \.others) }
        for value in extra.arrayValue ?? [] { append(value, to: \.others) }
    }

    private mutating func append(_ value: JSONValue?, to list: WritableKeyPath<Self, [AddedToken]>) {
        guard let value else { return }
        if let content = value.stringValue {
            self[keyPath: list].append(AddedToken(id: 0, content: Array(content.utf8), isSpecial: true))
        } else if let token = AddedToken(json: value, id: 0) {
            self[keyPath: list].append(token)
        }
    }
}
