/// Finds weights under the other spellings that checkpoints of the same architecture have for them.
///
/// - A checkpoint saved from the bare model leaves out its prefix: `wte.weight` for `transformer.wte.weight`.
/// - GPT-NeoX calls `lm_head` `embed_out`.
///
/// **Source** transformers `base_model_prefix`, `conversion_mapping.py`.
struct StoredNames: Sendable {
    private let names: Set<String>
    /// First components of the names, such as `model`.
    private let prefixes: Set<Substring>

    init(_ names: some Sequence<String>) {
        self.names = Set(names)
        prefixes = Set(self.names.map { $0.prefix { $0 != "." } })
    }

    /// The stored name of the weight that models call `name`, or nil when it is not there.
    func stored(_ name: String) -> String? {
        if names.contains(name) { return name }
        let prefix = name.prefix { $0 != "." }
        let rest = name.dropFirst(prefix.count + 1)
        if prefix == "lm_head" { return names.contains("embed_out.\(rest)") ? "embed_out.\(rest)" : nil }
        // A prefix that other weights do have is no prefix that was left out.
        guard !prefixes.contains(prefix), names.contains(String(rest)) else { return nil }
        return String(rest)
    }
}
