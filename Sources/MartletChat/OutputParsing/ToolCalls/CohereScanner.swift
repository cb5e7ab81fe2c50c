/// Reads Cohere Command's output: blocks of thinking, response and actions, with citations in them.
///
/// Whitespace at a block's end and before reasoning is dropped, and so are the marks around citations. An action that is no list of calls is
/// content with its markers, and so is text outside all blocks.
struct CohereScanner: ToolCallScanner {
    private enum Stage {
        case reasoning, content
        case action(JSONBoundary)
        /// Within a citation's closing mark.
        case citation(length: Int, inReasoning: Bool)
    }

    private enum Mark: Int {
        case startThinking, endThinking, startResponse, endResponse, startAction, endAction, citation, citationEnd
        case startText, endText
    }

    /// The markers of Command 3; those of 4 have two more.
    static let markers = [
        "<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_ACTION|>",
        "<|END_ACTION|>",
    ]
    static let textMarkers = ["<|START_TEXT|>", "<|END_TEXT|>"]
    private static let citationMarks = ["<co>", "</co:"]
    /// Longer than any list of sources; what goes on beyond it is text.
    private static let maxCitationLength = 512

    private let markerSet: MarkerSet
    private var stage: Stage
    private var pending: [UInt8] = []
    /// Whitespace that is dropped at the end of a block.
    private var space: [UInt8] = []
    /// An action or a citation's mark as it was written.
    private var raw: [UInt8] = []
    /// Whether any reasoning was shown; whitespace before it is not.
    private var hasReasoning = false
    /// Whether a citation's text is being read.
    private var isCited = false
    /// Whether the last action was no list of calls, so that its end marker is shown too.
    private var showsEnd = false

    /// With `hasText` for Command 4: text blocks, and reasoning before any marker.
    init(hasText: Bool) {
        markerSet = MarkerSet(Self.markers + Self.citationMarks + (hasText ? Self.textMarkers : []))
        stage = hasText ? .reasoning : .content
    }

    mutating func append(_ text: [UInt8], to sink: inout OutputSink) {
        pending += text
        process(&sink, isFinal: false)
    }

    mutating func finish(to sink: inout OutputSink) {
        process(&sink, isFinal: true)
        if case .action = stage { show(raw[...], &sink) }
        if case .citation(_, let inReasoning) = stage {
            stage = inReasoning ? .reasoning : .content
            show(raw[...], &sink)
        }
        (raw, space) = ([], [])
    }

    private mutating func process(_ sink: inout OutputSink, isFinal: Bool) {
        var position = 0
        while position < pending.count {
            switch stage {
            case .action(let boundary): readAction(boundary, &position, &sink)
            case .citation(let length, let inReasoning): readCitation(length, inReasoning, &position, &sink)
            case .reasoning, .content:
                switch markerSet.search(pending, from: position, isFinal: isFinal) {
                case .none(let undecided):
                    show(pending[position..<undecided], &sink)
                    pending.removeFirst(undecided)
                    return
                case .found(let marker, let range):
                    show(pending[position..<range.lowerBound], &sink)
                    position = range.upperBound
                    take(Mark(rawValue: marker)!, pending[range], &sink)
                }
            }
        }
        pending.removeAll(keepingCapacity: true)
    }
}

extension CohereScanner {
    /// Text of the block, but for whitespace that may be at its end.
    private mutating func show(_ text: ArraySlice<UInt8>, _ sink: inout OutputSink) {
        let end = text.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? text.startIndex
        if end > text.startIndex {
            let shown = space + text[..<end]
            space = Array(text[end...])
            if case .reasoning = stage {
                sink.reasoning(hasReasoning ? shown[...] : shown.drop { $0 <= 0x20 })
                hasReasoning = true
            } else {
                sink.content(shown[...])
            }
        } else {
            space += text
        }
    }

    private mutating func take(_ mark: Mark, _ text: ArraySlice<UInt8>, _ sink: inout OutputSink) {
        switch mark {
        case .citation:
            isCited = true
            return
        case .citationEnd:
            guard isCited else { return show(text, &sink) }
            isCited = false
            raw = Array(text)
            var inReasoning = false
            if case .reasoning = stage { inReasoning = true }
            stage = .citation(length: 0, inReasoning: inReasoning)
            return
        case .startThinking: stage = .reasoning
        case .endAction:
            if showsEnd { show(text, &sink) }
            showsEnd = false
            return
        case .startAction:
            stage = .action(JSONBoundary())
            raw = Array(text)
        case .endThinking, .startResponse, .endResponse, .startText, .endText: stage = .content
        }
        space = []
    }

    private mutating func readCitation(
        _ length: Int, _ inReasoning: Bool, _ position: inout Int, _ sink: inout OutputSink
    ) {
        let byte = pending[position]
        guard byte >= 0x20, byte < 0x80, length < Self.maxCitationLength else {
            stage = inReasoning ? .reasoning : .content
            show(raw[...], &sink)
            raw = []
            return
        }
        raw.append(byte)
        position += 1
        if byte == UInt8(ascii: ">") {
            stage = inReasoning ? .reasoning : .content
            raw = []
        } else {
            stage = .citation(length: length + 1, inReasoning: inReasoning)
        }
    }

    private mutating func readAction(_ boundary: JSONBoundary, _ position: inout Int, _ sink: inout OutputSink) {
        var boundary = boundary
        let start = position
        let result = boundary.read(pending[...], from: &position)
        raw += pending[start..<position]
        if result == .incomplete {
            stage = .action(boundary)
            return
        }
        stage = .content
        let json = raw.dropFirst(Self.markers[Mark.startAction.rawValue].utf8.count)
        if case .complete = result, let calls = Self.calls(json) {
            for call in calls { sink.call(call) }
        } else {
            showsEnd = true
            show(raw[...], &sink)
        }
        raw = []
    }

    /// The calls of `[{"tool_call_id", "tool_name", "parameters"}, …]`.
    private static func calls(_ json: ArraySlice<UInt8>) -> [FoundCall]? {
        guard case .array(let elements)? = PythonJSON(json), !elements.isEmpty else { return nil }
        let reader = JSONCalls(argumentKeys: ["parameters"], argumentsMayBeMissing: true)
        let calls = elements.compactMap { element in
            guard let name = element["tool_name"] else { return nil as FoundCall? }
            var call = reader.call(.object([("name", name), ("parameters", element["parameters"] ?? .object([]))]))
            call?.id = element["tool_call_id"]?.stringValue
            return call
        }
        return calls.count == elements.count ? calls : nil
    }
}
