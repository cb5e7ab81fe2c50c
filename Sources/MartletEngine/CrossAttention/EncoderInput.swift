/// What the encoder of an encoder-decoder model reads for a request, such as the log-mel rows of a window of audio.
///
/// Requests with the same object share what the encoder makes of it, at the same time or one after the other; equal
/// contents in two objects are encoded twice.
public final class EncoderInput: Sendable {
    /// Rows, as many as `EncoderShape.numRows`.
    public let numRows: Int
    /// Columns.
    public let width: Int
    /// `[numRows, width]`, row-major.
    public let elements: [Float]

    /// An input of `numRows` times `width` elements; what does not fit the model is refused with the request.
    public init(numRows: Int, width: Int, elements: [Float]) {
        self.numRows = numRows
        self.width = width
        self.elements = elements
    }
}
