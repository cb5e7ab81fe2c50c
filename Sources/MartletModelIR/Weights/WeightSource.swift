/// The bytes of one weight where they lie, usually in a mapped file.
///
/// The memory is read-only and lives as long as the `WeightSource` that gave the view. Sendable by promise: the bytes
/// are never written after the source was opened.
public struct WeightView: @unchecked Sendable {
    /// Row-major bytes.
    public let bytes: UnsafeRawBufferPointer
    /// Storage format of the elements.
    public let format: WeightFormat
    /// Outermost dimension first, as Hugging Face writes shapes: `[out, in]` for a linear weight.
    public let shape: [Int]
    /// Factors that lie apart, or nil.
    public let scales: WeightScales?
    /// Keeps bytes alive that are not the source's.
    let owner: AnyObject?

    /// A view of `bytes`, which must hold exactly the elements of `shape`.
    public init(
        bytes: UnsafeRawBufferPointer, format: WeightFormat, shape: [Int], scales: WeightScales? = nil
    ) {
        self.init(bytes: bytes, format: format, shape: shape, scales: scales, owner: nil)
    }

    init(
        bytes: UnsafeRawBufferPointer, format: WeightFormat, shape: [Int], scales: WeightScales?, owner: AnyObject?
    ) {
        self.bytes = bytes
        self.format = format
        self.shape = shape
        self.scales = scales
        self.owner = owner
    }

    /// Bytes of one row, the last dimension.
    public var rowBytes: Int { format.rowBytes(shape.last ?? 1) }
}

/// How the elements of a weight lie, without where.
public struct WeightLayout: Hashable, Sendable {
    /// Storage format of the elements.
    public let format: WeightFormat
    /// Columns under one of the factors that lie apart, or nil.
    public let columnsPerScale: Int?
}

/// Where a backend finds the weights a program names.
public protocol WeightSource: AnyObject, Sendable {
    /// Every weight's Hugging Face name, in file order.
    var names: [String] { get }

    /// The weight called `name` (Hugging Face spelling), or nil when the checkpoint has none.
    func weight(_ name: String) -> WeightView?

    /// The part of a tensor that `reference` means, if the checkpoint keeps it apart or in another arrangement; of the
    /// reference's shape. Nil: it is selected from `weight(_:)`.
    func part(_ reference: WeightRef) -> WeightView?

    /// Why `weight(_:)` gives nil for a weight the checkpoint does have, for instance an unsupported type; else nil.
    func refusal(of name: String) -> String?

    /// Tells the source that the pages of `view` are no longer needed, because a backend made its own copy.
    func discardPages(of view: WeightView)
}

extension WeightSource {
    /// Everything is stored as Hugging Face files have it.
    public func part(_ reference: WeightRef) -> WeightView? { nil }

    /// Nothing that is there is refused.
    public func refusal(of name: String) -> String? { nil }
}
