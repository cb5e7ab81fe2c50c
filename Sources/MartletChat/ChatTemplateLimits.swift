/// What one rendering may use; templates come with models and are not trusted.
public struct ChatTemplateLimits: Sendable, Hashable {
    /// Evaluated statements, expressions and (in sixteens) copied bytes.
    public var maxSteps: Int
    /// Bytes of the result and of any one string on the way.
    public var maxBytes: Int
    /// Macro and block calls within each other; Python gives up at about the same depth.
    public var maxCallDepth: Int
    /// Elements of a `range`, as jinja2's sandbox has it.
    public var maxRange: Int
    /// How long a rendering may take.
    public var maxDuration: Duration

    /// Limits that no published template comes near.
    public init(
        maxSteps: Int = 20_000_000, maxBytes: Int = 64 << 20, maxCallDepth: Int = 200, maxRange: Int = 100_000,
        maxDuration: Duration = .seconds(2)
    ) {
        self.maxSteps = maxSteps
        self.maxBytes = maxBytes
        self.maxCallDepth = maxCallDepth
        self.maxRange = maxRange
        self.maxDuration = maxDuration
    }
}
