/// Reads outputs that are nothing but a list of Python calls.
///
/// Whether the text is one shows at its end only, so calls come with the end. Until then it is held back as long as it
/// can be one: `[name(` at the beginning, brackets and quotes that pair up, and nothing behind the list.
///
/// **Source** vLLM `tool_parsers/pythonic_tool_parser.py`, `llama4_pythonic_tool_parser.py`.
struct PythonicSyntax: ToolCallSyntax {
    private enum State {
        case list, nameStart, name, call, behind
        case string(quote: UInt8)
    }

    let openers: [String]
    private let closer: [UInt8]
    private var isAtStart = false
    private var state = State.list
    private var offset = 0
    private var start = 0
    /// Brackets that are open within the list's.
    private var depth = 0
    /// Where the closing marker begins, from the candidate's start.
    private var end: Int?

    /// A list, which a marker may come before and another behind.
    init(opener: String? = nil, closer: String = "") {
        openers = ["["] + (opener.map { [$0] } ?? [])
        self.closer = Array(closer.utf8)
    }

    mutating func begin(opener: Int, isAtStart: Bool) {
        self.isAtStart = isAtStart
        state = .list
        start = opener == 0 ? 0 : openers[opener].utf8.count
        offset = start
        depth = 0
        end = nil
    }

    mutating func read(_ text: ArraySlice<UInt8>, isFinal: Bool) -> CandidateState {
        guard isAtStart else { return .content(end: text.startIndex + max(start, 1)) }
        while offset < text.count {
            let position = text.startIndex + offset
            if case .behind = state, text[position] == closer.first {
                let cursor = TagCursor(text, isFinal: isFinal, offset: offset)
                switch cursor.match(closer, at: position) {
                case .undecided: return .incomplete
                case .yes:
                    end = end ?? offset
                    offset += closer.count
                    continue
                case .no: return .content(end: position)
                }
            }
            guard take(text[position], in: text) else { return .content(end: max(position, text.startIndex + 1)) }
            offset += 1
        }
        guard isFinal else { return .incomplete }
        guard case .behind = state,
            let calls = PythonCalls.lists(text[(text.startIndex + start)..<(text.startIndex + (end ?? offset))])
        else { return .content(end: text.endIndex) }
        return .calls(calls, end: text.endIndex, continues: false)
    }

    /// Goes on by one byte; false where the text is no list of calls.
    private mutating func take(_ byte: UInt8, in text: ArraySlice<UInt8>) -> Bool {
        let isSpace = TagCursor.isSpace(byte)
        switch state {
        case .list, .behind:
            if isSpace { return true }
            guard byte == UInt8(ascii: "[") else { return false }
            state = .nameStart
        case .nameStart:
            if isSpace { return true }
            guard PythonLiteral.isWordByte(byte), !(0x30...0x39).contains(byte) else { return false }
            state = .name
        case .name:
            if byte == UInt8(ascii: "(") {
                state = .call
                depth = 1
            } else if !isSpace, byte != UInt8(ascii: "."), !PythonLiteral.isWordByte(byte) {
                return false
            }
        case .call:
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): state = .string(quote: byte)
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth < 0 { state = .behind }
            default: break
            }
        case .string(let quote):
            if byte == UInt8(ascii: "\\") {
                offset += 1
            } else if byte == quote {
                state = .call
            }
        }
        return true
    }
}
