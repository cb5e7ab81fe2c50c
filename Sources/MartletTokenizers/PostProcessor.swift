/// Which special tokens `addSpecialTokens` puts around the text.
struct PostProcessor: Sendable, Equatable {
    var prefix: [Int32] = []
    var suffix: [Int32] = []
}
