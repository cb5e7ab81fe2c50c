/// What is done to the text before it is split.
enum Normalizer: Sendable {
    /// Canonical composition.
    case nfc

    /// The normalised text, or nil where `text` is so already.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        switch self {
        case .nfc: CanonicalComposition.shared.normalize(text)
        }
    }
}
