/// The meta-schemas of the drafts: the only schemas outside of a document that it may refer to.
enum MetaSchemas {
    /// The text of a meta-schema without annotations; nil for any other URI.
    static func text(of uri: String) -> String? {
        texts[uri.hasPrefix("https://json-schema.org/draft-") ? "http" + uri.dropFirst("https".count) : uri]
    }
}
