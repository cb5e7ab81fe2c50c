/// Reads GLM's calls: `<tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value>…</tool_call>`.
///
/// **Source** vLLM `parser/glm47_moe.py`.
struct GLMSyntax: ToolCallSyntax {
    private enum State { case name, keyOrEnd, key, valueStart, value }

    let openers = ["<tool_call>"]
    private let definitions: ToolDefinitions
    private var state = State.name
    /// Where reading goes on and where the open text began, from the candidate's start.
    private var offset = 0
    private var start = 0
    private var name = ""
    private var key = ""
    private var arguments = ArgumentMembers()

    private static let opener = Array("<tool_call>".utf8)
    private static let callEnd = Array("</tool_call>".utf8)
    private static let keyStart = Array("<arg_key>".utf8)
    private static let keyEnd = Array("</arg_key>".utf8)
    private static let valueStart = Array("<arg_value>".utf8)
    private static let valueEnd = Array("</arg_value>".utf8)
    /// Longer names are none, and more whitespace behind a call's closing tag makes the tag part of a value.
    private static let maxLength = 1024

    init(_ definitions: ToolDefinitions) { self.definitions = definitions }

    mutating func begin(opener: Int, isAtStart: Bool) {
        state = .name
        (offset, start) = (Self.opener.count, Self.opener.count)
        arguments = ArgumentMembers()
    }

    private enum Step {
        case next(State)
        case wait
        case settled(CandidateState)
    }

    mutating func read(_ text: ArraySlice<UInt8>, isFinal: Bool) -> CandidateState {
        var cursor = TagCursor(text, isFinal: isFinal, offset: offset)
        while true {
            let step: Step
            switch state {
            case .name: step = readName(&cursor)
            case .keyOrEnd: step = readKeyOrEnd(&cursor)
            case .key: step = readKey(&cursor)
            case .valueStart: step = readValueStart(&cursor)
            case .value: step = readValue(&cursor)
            }
            switch step {
            case .next(let next): state = next
            case .wait:
                offset = cursor.offset
                return .incomplete
            case .settled(let result): return result
            }
        }
    }

    private mutating func readName(_ cursor: inout TagCursor) -> Step {
        guard let tag = find(&cursor) else { return tooLong(cursor) ? malformed(cursor) : .wait }
        let found = cursor.match(anyOf: [Self.keyStart, Self.callEnd], at: tag)
        guard found.match != .undecided else { return .wait }
        name = opened(cursor, to: tag).stripped(nil)
        let isKnown = definitions.isEmpty || definitions.contains(name)
        guard found.match == .yes, isKnown, !name.isEmpty, !name.utf8.contains(where: { "{\"\n".utf8.contains($0) })
        else { return malformed(cursor) }
        return .next(.keyOrEnd)
    }

    private mutating func readKeyOrEnd(_ cursor: inout TagCursor) -> Step {
        cursor.skipSpace()
        if cursor.isAtEnd, !cursor.isFinal { return .wait }
        let found = cursor.match(anyOf: [Self.keyStart, Self.callEnd, Self.opener], at: cursor.index)
        switch (found.match, found.literal) {
        case (.undecided, _): return .wait
        case (.no, _): return malformed(cursor)
        case (.yes, 0):
            cursor.index += Self.keyStart.count
            start = cursor.offset
            return .next(.key)
        case (.yes, 1):
            cursor.index += Self.callEnd.count
            return complete(cursor)
        default: return complete(cursor)
        }
    }

    private mutating func readKey(_ cursor: inout TagCursor) -> Step {
        guard let tag = find(&cursor) else { return tooLong(cursor) ? malformed(cursor) : .wait }
        switch cursor.match(Self.keyEnd, at: tag) {
        case .undecided: return .wait
        case .no: return malformed(cursor)
        case .yes:
            key = opened(cursor, to: tag).stripped(nil)
            cursor.index = tag + Self.keyEnd.count
            return .next(.valueStart)
        }
    }

    private mutating func readValueStart(_ cursor: inout TagCursor) -> Step {
        cursor.skipSpace()
        if cursor.isAtEnd, !cursor.isFinal { return .wait }
        switch cursor.match(Self.valueStart, at: cursor.index) {
        case .undecided: return .wait
        case .no: return malformed(cursor)
        case .yes:
            cursor.index += Self.valueStart.count
            start = cursor.offset
            return .next(.value)
        }
    }

    private mutating func readValue(_ cursor: inout TagCursor) -> Step {
        while let tag = find(&cursor) {
            switch valueEnds(cursor, at: tag) {
            case .undecided: return .wait
            case .no: cursor.index += 1
            case .yes:
                arguments.set(key, .string(opened(cursor, to: tag)))
                if cursor.match(Self.valueEnd, at: tag) == .yes { cursor.index += Self.valueEnd.count }
                return .next(.keyOrEnd)
            }
        }
        return .wait
    }

    /// A value ends with its tag, or where its tag is missing with the call, if the text goes on as behind a call.
    private func valueEnds(_ cursor: TagCursor, at position: Int) -> TagCursor.Match {
        let own = cursor.match(Self.valueEnd, at: position)
        guard own == .no else { return own }
        let callEnd = cursor.match(Self.callEnd, at: position)
        guard callEnd == .yes else { return callEnd }
        let next = cursor.afterSpace(position + Self.callEnd.count)
        guard next - position < Self.maxLength else { return .no }
        if next == cursor.text.endIndex { return cursor.isFinal ? .yes : .undecided }
        return cursor.match(Self.opener, at: next)
    }

    // MARK: - Text

    /// Moves to the next tag; without one to the end.
    private func find(_ cursor: inout TagCursor) -> Int? {
        let tag = cursor.text[cursor.index...].firstIndex(of: UInt8(ascii: "<"))
        cursor.index = tag ?? cursor.text.endIndex
        return tag
    }

    private func tooLong(_ cursor: TagCursor) -> Bool { cursor.offset - start > Self.maxLength }

    /// The text from where it began.
    private func opened(_ cursor: TagCursor, to end: Int) -> String {
        String(decoding: cursor.text[cursor.text.startIndex + start..<end], as: UTF8.self)
    }

    private func complete(_ cursor: TagCursor) -> Step {
        let arguments = ParameterSchemas(definitions.parameters(of: name)).coerce(arguments)
        let call = FoundCall(name: name, arguments: arguments.text)
        return .settled(.calls([call], end: cursor.index, continues: false))
    }

    private func malformed(_ cursor: TagCursor) -> Step { .settled(.content(end: cursor.index)) }
}
