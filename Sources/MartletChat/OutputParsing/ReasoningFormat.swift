/// A way models mark reasoning, by the name vLLM's `--reasoning-parser` has for it.
public struct ReasoningFormat: Sendable {
    /// vLLM's name.
    public let name: String
    /// The texts that mark reasoning. Where a vocabulary has them as special tokens they must be kept in the text.
    public let markers: [String]
    /// The tool-call format that divides reasoning by itself, where the two are one.
    let toolCallFormat: ToolCallFormat?
    /// The markers' meaning, for formats that it says all of.
    let markup: ReasoningMarkup?
    let makeSplitter: @Sendable (ReasoningOptions) -> any ReasoningSplitter

    init(
        _ name: String, markers: [String], toolCallFormat: ToolCallFormat? = nil, markup: ReasoningMarkup? = nil,
        makeSplitter: @escaping @Sendable (ReasoningOptions) -> any ReasoningSplitter
    ) {
        self.name = name
        self.markers = markers
        self.toolCallFormat = toolCallFormat
        self.markup = markup
        self.makeSplitter = makeSplitter
    }
}

/// What a reasoning splitter is told about the output.
struct ReasoningOptions: Sendable {
    /// Whether the prompt ended within reasoning; nil for what the format usually does.
    var startsInReasoning: Bool?
    /// What opens a tool call, for formats in which that ends the reasoning too.
    var toolCallMarkers: [String]
}

/// A piece of text on one side of the reasoning's markers, which are left out.
enum DividedText: Sendable {
    case reasoning([UInt8])
    case content([UInt8])
}

/// Divides output text into reasoning and the rest; cuts only between characters.
protocol ReasoningSplitter: Sendable {
    mutating func append(_ text: [UInt8]) -> [DividedText]
    mutating func finish() -> [DividedText]
}

extension ReasoningFormat {
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Every name that `named` knows, in alphabetical order.
    public static let names: [String] = all.map(\.name).sorted()

    /// The format of a vLLM name, or nil.
    public static func named(_ name: String) -> ReasoningFormat? { byName[name] }
}
