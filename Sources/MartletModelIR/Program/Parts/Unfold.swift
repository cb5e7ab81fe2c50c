/// The rows around each row side by side, so that a convolution over rows is a linear of what this gives.
///
/// Output row r of a request, column `c * kernelSize + k`, is column c of its input row `r * stride + k - padding`, or 0
/// outside the request's rows: the order in which a convolution's weight `[out, in, kernelSize]` lies.
public struct Unfold: Hashable, Sendable {
    /// Rows side by side.
    public var kernelSize: Int
    /// Input rows from one output row to the next.
    public var stride: Int
    /// Rows of zeros before the first and after the last.
    public var padding: Int

    /// Rows around each row.
    public init(kernelSize: Int, stride: Int = 1, padding: Int) {
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
    }
}
