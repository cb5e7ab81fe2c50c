/// Reads Harmony, gpt-oss's format: messages on channels for reasoning, answers and calls.
///
/// The text begins after the prompt's `<|start|>assistant`, within the first message's header. Text that has no header
/// where one should be is content. Messages of one kind are parted by a line break, as vLLM joins them. A call is over
/// when its JSON is and ends with any marker or with the output; one that is no JSON is content with its markers.
struct HarmonyScanner: ToolCallScanner {
    private enum Stage {
        case header(HarmonyHeader)
        /// Reasoning.
        case reasoning
        /// Content; with markers where the message is not understood.
        case content, raw
        case arguments(name: String, JSONBoundary)
        /// After a call's JSON, before what ends it.
        case afterArguments(name: String)
    }

    static let markers = [
        "<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>",
    ]
    private enum Marker: Int {
        case start, channel, constrain, message, end, call, `return`
    }

    /// Longer than any header; what goes on beyond it is no header.
    private static let maxHeaderLength = 1024
    private static let markerSet = MarkerSet(markers)

    private var stage = Stage.header(HarmonyHeader())
    /// The current header and call as they were written.
    private var raw: [UInt8] = []
    private var pending: [UInt8] = []
    /// Where the arguments in `raw` begin.
    private var argumentsStart = 0
    /// Whether nothing but the first header's text was seen so far.
    private var isFirst = true
    private var hasReasoning = false
    private var hasContent = false
    /// Whether the message being read has given any text.
    private var hasMessageText = false

    mutating func append(_ text: [UInt8], to sink: inout OutputSink) {
        pending += text
        process(&sink, isFinal: false)
    }

    mutating func finish(to sink: inout OutputSink) {
        process(&sink, isFinal: true)
        switch stage {
        case .header(let header):
            if isFirst || !header.isBare { content(raw[...], &sink) }
        case .arguments: content(raw[...], &sink)
        case .afterArguments(let name): _ = call(name, &sink)
        case .reasoning, .content, .raw: break
        }
        stage = .header(HarmonyHeader())
    }

    private mutating func process(_ sink: inout OutputSink, isFinal: Bool) {
        var position = 0
        while position < pending.count {
            if case .arguments(let name, let boundary) = stage, readArguments(name, boundary, &position, &sink) {
                continue
            }
            if !readMarker(&position, &sink, isFinal) { break }
        }
        pending.removeFirst(position)
    }

    /// Takes the text up to the next marker and the marker; false if more must come first.
    private mutating func readMarker(_ position: inout Int, _ sink: inout OutputSink, _ isFinal: Bool) -> Bool {
        switch Self.markerSet.search(pending, from: position, isFinal: isFinal) {
        case .none(let undecided):
            take(pending[position..<undecided], &sink)
            position = undecided
            return false
        case .found(let marker, let range):
            take(pending[position..<range.lowerBound], &sink)
            position = range.upperBound
            take(Marker(rawValue: marker)!, pending[range], &sink)
            return true
        }
    }
}

// MARK: - Text

extension HarmonyScanner {
    private mutating func take(_ text: ArraySlice<UInt8>, _ sink: inout OutputSink) {
        guard !text.isEmpty else { return }
        switch stage {
        case .header(var header):
            raw += text
            header.append(text)
            stage = .header(header)
            if !header.isPlausible || raw.count > Self.maxHeaderLength { giveUp(&sink, .content) }
        case .reasoning:
            if hasReasoning, !hasMessageText { sink.reasoning(Self.newline) }
            (hasReasoning, hasMessageText) = (true, true)
            sink.reasoning(text)
        case .content, .raw: content(text, &sink)
        case .arguments, .afterArguments:
            raw += text
            if text.contains(where: { $0 > 0x20 }) { giveUp(&sink, .raw) }
        }
    }

    /// Shows what was held back, since it is no header or no call.
    private mutating func giveUp(_ sink: inout OutputSink, _ next: Stage) {
        stage = next
        content(raw[...], &sink)
        raw = []
    }

    private mutating func content(_ text: ArraySlice<UInt8>, _ sink: inout OutputSink) {
        guard !text.isEmpty else { return }
        if hasContent, !hasMessageText { sink.content(Self.newline) }
        (hasContent, hasMessageText) = (true, true)
        sink.content(text)
    }

    private static var newline: ArraySlice<UInt8> { [0x0A] }
}

// MARK: - Markers

extension HarmonyScanner {
    private mutating func take(_ marker: Marker, _ text: ArraySlice<UInt8>, _ sink: inout OutputSink) {
        isFirst = false
        switch stage {
        case .header(let header): takeInHeader(header, marker, text, &sink)
        case .arguments(let name, _), .afterArguments(let name):
            // A marker before any JSON ends a call without arguments.
            if call(name, &sink) { leaveMessage(marker, text) } else { take(marker, text, &sink) }
        case .raw where marker != .start && marker != .channel:
            content(text, &sink)
            if marker == .end || marker == .call || marker == .return { leaveMessage(marker, text) }
        case .reasoning, .content, .raw:
            if marker != .message && marker != .constrain { leaveMessage(marker, text) }
        }
    }

    private mutating func takeInHeader(
        _ header: HarmonyHeader, _ marker: Marker, _ text: ArraySlice<UInt8>, _ sink: inout OutputSink
    ) {
        var header = header
        raw += text
        switch marker {
        case .start: header.beginRole()
        case .channel: header.beginChannel()
        case .constrain: header.beginConstraint()
        case .message: return beginMessage(header, &sink)
        case .end, .call, .return:
            if !header.isBare, header.isPlausible { content(raw[...], &sink) }
            return leaveMessage(marker, text)
        }
        stage = .header(header)
    }

    private mutating func beginMessage(_ header: HarmonyHeader, _ sink: inout OutputSink) {
        switch header.destination {
        case .call(let name):
            argumentsStart = raw.count
            stage = .arguments(name: name, JSONBoundary())
        case .unknown: giveUp(&sink, .raw)
        case .reasoning: stage = .reasoning
        case .content: stage = .content
        }
    }

    /// Begins the next header; a marker that does not end a message is part of it.
    private mutating func leaveMessage(_ marker: Marker, _ text: ArraySlice<UInt8>) {
        var header = HarmonyHeader()
        raw = []
        if marker == .start || marker == .channel { raw += text }
        if marker == .channel { header.beginChannel() }
        hasMessageText = false
        stage = .header(header)
    }
}

// MARK: - Calls

extension HarmonyScanner {
    /// Reads the arguments' JSON as far as the text goes; false where none begins.
    private mutating func readArguments(
        _ name: String, _ boundary: JSONBoundary, _ position: inout Int, _ sink: inout OutputSink
    ) -> Bool {
        let start = position
        if boundary.isEmpty {
            while position < pending.count, pending[position] <= 0x20 { position += 1 }
            raw += pending[start..<position]
            if position < pending.count, pending[position] != UInt8(ascii: "{") { return false }
        }
        var boundary = boundary
        let jsonStart = position
        switch boundary.read(pending[...], from: &position) {
        case .incomplete: stage = .arguments(name: name, boundary)
        case .complete: stage = .afterArguments(name: name)
        case .invalid:
            raw += pending[jsonStart..<position]
            giveUp(&sink, .raw)
            return true
        }
        raw += pending[jsonStart..<position]
        return true
    }

    /// Gives the call that has been read; false where its arguments are no object, and it becomes content.
    private mutating func call(_ name: String, _ sink: inout OutputSink) -> Bool {
        let arguments = raw[argumentsStart...].drop { $0 <= 0x20 }
        if arguments.isEmpty {
            sink.call(FoundCall(name: name, arguments: "{}"))
        } else if case .object(let members)? = PythonJSON(arguments) {
            sink.call(FoundCall(name: name, arguments: PythonJSON.object(members).text))
        } else {
            giveUp(&sink, .raw)
            return false
        }
        return true
    }
}
