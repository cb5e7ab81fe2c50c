/// A way models write tool calls, by the name vLLM's `--tool-call-parser` has for it.
public struct ToolCallFormat: Sendable {
    /// vLLM's name.
    public let name: String
    /// The texts that mark calls. Where a vocabulary has them as special tokens they must be kept in the text, as with
    /// `skip_special_tokens: false`.
    public let markers: [String]
    /// Whether the format marks reasoning as well, so that it takes the place of a reasoning format.
    let dividesReasoning: Bool
    let contentTrimming: OutputSink.Trimming
    let idStyle: ToolCallIDMaker.Style
    let makeScanner: @Sendable (ToolDefinitions) -> any ToolCallScanner

    init(
        _ name: String, markers: [String], dividesReasoning: Bool = false,
        contentTrimming: OutputSink.Trimming = .none, idStyle: ToolCallIDMaker.Style = .uuid,
        makeScanner: @escaping @Sendable (ToolDefinitions) -> any ToolCallScanner
    ) {
        self.name = name
        self.markers = markers
        self.dividesReasoning = dividesReasoning
        self.contentTrimming = contentTrimming
        self.idStyle = idStyle
        self.makeScanner = makeScanner
    }

    /// A format whose calls a syntax reads.
    init(
        _ name: String, markers: [String], contentTrimming: OutputSink.Trimming = .none,
        idStyle: ToolCallIDMaker.Style = .uuid, syntax: @escaping @Sendable (ToolDefinitions) -> some ToolCallSyntax
    ) {
        self.init(name, markers: markers, contentTrimming: contentTrimming, idStyle: idStyle) {
            MarkedCallScanner(syntax($0))
        }
    }

    /// The same format under another of its names.
    func named(_ name: String) -> ToolCallFormat {
        ToolCallFormat(
            name, markers: markers, dividesReasoning: dividesReasoning, contentTrimming: contentTrimming,
            idStyle: idStyle, makeScanner: makeScanner)
    }
}

extension ToolCallFormat {
    private static let all: [ToolCallFormat] = jsonFormats + tagFormats
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Every name that `named` knows, in alphabetical order.
    public static let names: [String] = all.map(\.name).sorted()

    /// The format of a vLLM name, or nil.
    public static func named(_ name: String) -> ToolCallFormat? { byName[name] }
}
