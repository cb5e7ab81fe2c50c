/// Bounds that encoders share.
enum EncoderShape {
    /// More layers or heads than any checkpoint has.
    static let countLimit = 65_536
}
