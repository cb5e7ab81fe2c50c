/// Boundaries of extended grapheme clusters.
enum GraphemeBreaks {
    static func isBoundary(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool { true }
}
