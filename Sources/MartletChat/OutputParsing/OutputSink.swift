/// What a parser found so far: merges neighbours of one kind and decides about whitespace around calls.
///
/// Content between two calls, before the first or after the last that is only whitespace is dropped; without any call
/// it stays.
struct OutputSink: Sendable {
    /// What happens to whitespace at the end of the content before a call, when that content is more than whitespace.
    enum Trimming: Sendable {
        case none, newlines, whitespace
    }

    private let trimming: Trimming
    private var ids: ToolCallIDMaker
    private var events: [OutputEvent] = []
    private var reasoning: [UInt8] = []
    private var content: [UInt8] = []
    /// Of the call that was begun last.
    private var arguments: [UInt8] = []
    /// Whitespace whose fate is open.
    private var space: [UInt8] = []
    /// Whether the content since the last call has more than whitespace.
    private var hasText = false
    private var hasCall = false

    init(trimming: Trimming, ids: ToolCallIDMaker) {
        self.trimming = trimming
        self.ids = ids
    }

    mutating func reasoning(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return }
        flushContent()
        reasoning += text
    }

    mutating func content(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return }
        let end: Int
        if hasText && trimming == .none {
            end = text.endIndex
        } else {
            end = text.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? text.startIndex
        }
        if end > text.startIndex {
            flushReasoning()
            content += space
            space.removeAll()
            hasText = true
            let visible = trimming == .none ? text.endIndex : end
            content += text[..<visible]
            space += text[visible...]
        } else {
            space += text
        }
    }

    mutating func call(_ call: FoundCall) {
        beforeCall(call.trimming ?? trimming)
        events.append(.toolCall(ToolCall(id: call.id ?? ids.next(), name: call.name, arguments: call.arguments)))
    }

    /// A call that the output is held to: its arguments are given out as they come.
    mutating func beginCall(_ name: String) {
        beforeCall(trimming)
        events.append(.toolCallStart(ToolCall(id: ids.next(), name: name, arguments: "")))
    }

    /// More of the arguments of the call that was begun last.
    mutating func arguments(_ text: ArraySlice<UInt8>) { arguments += text }

    private mutating func beforeCall(_ trimming: Trimming) {
        if hasText { content += space[..<spaceKept(trimming)] }
        space.removeAll()
        hasText = false
        hasCall = true
        flushReasoning()
        flushContent()
        flushArguments()
    }

    /// How much of the whitespace before a call stays.
    private func spaceKept(_ trimming: Trimming) -> Int {
        switch trimming {
        case .none: space.count
        case .newlines: space.lastIndex { $0 != UInt8(ascii: "\n") }.map { $0 + 1 } ?? 0
        case .whitespace: 0
        }
    }

    mutating func finish() {
        if !space.isEmpty, hasText || !hasCall {
            flushReasoning()
            content += space
        }
        space.removeAll()
    }

    /// The events since the last time.
    mutating func takeEvents() -> [OutputEvent] {
        flushReasoning()
        flushContent()
        flushArguments()
        defer { events.removeAll() }
        return events
    }

    private mutating func flushReasoning() {
        guard !reasoning.isEmpty else { return }
        events.append(.reasoning(String(decoding: reasoning, as: UTF8.self)))
        reasoning.removeAll()
    }

    private mutating func flushArguments() {
        guard !arguments.isEmpty else { return }
        events.append(.toolCallArguments(String(decoding: arguments, as: UTF8.self)))
        arguments.removeAll()
    }

    private mutating func flushContent() {
        guard !content.isEmpty else { return }
        events.append(.content(String(decoding: content, as: UTF8.self)))
        content.removeAll()
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
