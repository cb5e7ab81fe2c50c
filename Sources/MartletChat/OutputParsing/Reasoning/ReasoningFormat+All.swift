extension ReasoningFormat {
    /// Every reasoning format.
    static let all: [ReasoningFormat] = []
}
