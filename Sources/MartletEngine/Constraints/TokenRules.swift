/// Rules about which tokens a request may go on with, such as those of Whisper's timestamps.
///
/// `restrict` is called on a thread of the engine while the model computes the logits, once per output token; what it
/// takes beyond that delays the token.
public protocol TokenRules: Sendable {
    /// Clears the bits of the tokens that may not come next.
    ///
    /// `mask` has one bit per token id, 32 ids a word, the lowest bit first; all are set. `generated` are the output
    /// tokens so far; its indices do not begin at 0.
    func restrict(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>)

    /// Where the ids from here on together are more probable than every single one before, those before are banned too.
    ///
    /// Among the tokens that `restrict` left. nil: no such rule.
    var preferredTokensFrom: Int32? { get }
}
