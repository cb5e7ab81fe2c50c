/// Reads the calls of formats with a tag for each parameter.
///
/// A value reaches to its closing tag or to the next parameter's opening one, whatever else stands in it; a call's
/// closing tag ends it only where the call then really ends. Closing tags of calls and sections may be missing.
struct TagSyntax: ToolCallSyntax {
    private enum State {
        /// Where a section or a call may begin; false behind a complete call.
        case section(isFresh: Bool)
        case name
        case parameters
        case value
    }

    let openers: [String]
    private let spelling: TagSpelling
    private let tags: Tags
    private let definitions: ToolDefinitions
    private var state = State.section(isFresh: true)
    private var offset = 0
    /// A call of the open section was made content.
    private var isRefused = false
    private var name = ""
    private var arguments = ArgumentMembers()
    private var parameter = TagName(name: "", isText: true)
    /// Where the value began, from the candidate's start.
    private var valueStart = 0
    /// More whitespace behind a call's closing tag makes the tag part of a value.
    private static let maxSpace = 256

    init(_ spelling: TagSpelling, _ definitions: ToolDefinitions) {
        self.spelling = spelling
        self.definitions = definitions
        tags = Tags(spelling)
        openers = spelling.sectionStarts + [spelling.callStart] + (spelling.dropsStrayEnds ? spelling.sectionEnds : [])
    }

    mutating func begin(opener: Int, isAtStart: Bool) {
        state = .section(isFresh: true)
        offset = 0
    }

    mutating func read(_ text: ArraySlice<UInt8>, isFinal: Bool) -> CandidateState {
        var cursor = TagCursor(text, isFinal: isFinal, offset: offset)
        while true {
            let step: Step
            switch state {
            case .section(let isFresh): step = readSection(&cursor, isFresh: isFresh)
            case .name: step = readName(&cursor)
            case .parameters: step = readParameters(&cursor)
            case .value: step = readValue(&cursor)
            }
            switch step {
            case .next(let next): state = next
            case .wait:
                offset = cursor.offset
                return .incomplete
            case .settled(let result):
                offset = 0
                return result
            }
        }
    }

    private enum Step {
        case next(State)
        case wait
        case settled(CandidateState)
    }

    // MARK: - States

    private mutating func readSection(_ cursor: inout TagCursor, isFresh: Bool) -> Step {
        cursor.skipSpace()
        if cursor.isAtEnd, !cursor.isFinal { return .wait }
        let found = cursor.match(anyOf: tags.section, at: cursor.index)
        switch found.match {
        case .undecided: return .wait
        case .no:
            // Behind a call any text may follow.
            return isFresh ? malformed(cursor) : .settled(.calls([], end: cursor.text.startIndex, continues: false))
        case .yes: break
        }
        let isFirst = cursor.offset == 0
        cursor.index += tags.section[found.literal].count
        if found.literal == 0 { return .next(.name) }
        if found.literal <= tags.numSectionStarts {
            if isFirst { isRefused = false }
            return .next(.section(isFresh: isFresh))
        }
        // A section's end belongs to the content where a call in it does.
        defer { isRefused = false }
        let isContent = isRefused && isFirst
        return .settled(
            isContent ? .content(end: cursor.index) : .calls([], end: cursor.index, continues: false))
    }

    private mutating func readName(_ cursor: inout TagCursor) -> Step {
        switch TagName.read(&cursor, spelling) {
        case .incomplete: return .wait
        case .malformed: return malformed(cursor)
        case .found(let tag):
            let isKnown = definitions.isEmpty || definitions.contains(tag.name)
            guard !tag.name.isEmpty, isKnown || !spelling.refusesUnknownTools else { return malformed(cursor) }
            name = tag.name
            arguments = ArgumentMembers()
            return .next(.parameters)
        }
    }

    private mutating func readParameters(_ cursor: inout TagCursor) -> Step {
        cursor.skipSpace()
        if cursor.isAtEnd, !cursor.isFinal { return .wait }
        let ends = [tags.parameterStart, tags.callEnd] + tags.section
        let found = cursor.match(anyOf: ends, at: cursor.index)
        switch (found.match, found.literal) {
        case (.undecided, _): return .wait
        case (.no, _): return malformed(cursor)
        case (.yes, 0): return readParameterName(&cursor)
        case (.yes, 1):
            cursor.index += tags.callEnd.count
            return complete(cursor)
        // The call's own closing tag is missing.
        default: return complete(cursor)
        }
    }

    private mutating func readParameterName(_ cursor: inout TagCursor) -> Step {
        let start = cursor.index
        cursor.index += tags.parameterStart.count
        switch TagName.read(&cursor, spelling) {
        case .incomplete:
            cursor.index = start
            return .wait
        case .malformed: return malformed(cursor)
        case .found(let tag):
            parameter = tag
            valueStart = cursor.offset
            return .next(.value)
        }
    }

    private mutating func readValue(_ cursor: inout TagCursor) -> Step {
        while let candidate = cursor.text[cursor.index...].firstIndex(of: UInt8(ascii: "<")) {
            cursor.index = candidate
            switch valueEnds(cursor, at: candidate) {
            case .undecided: return .wait
            case .no: cursor.index += 1
            case .yes:
                let value = cursor.text[cursor.text.startIndex + valueStart..<candidate]
                if cursor.match(tags.parameterEnd, at: candidate) == .yes { cursor.index += tags.parameterEnd.count }
                if !parameter.name.isEmpty { arguments.set(parameter.name, typed(value)) }
                return .next(.parameters)
            }
        }
        cursor.index = cursor.text.endIndex
        return .wait
    }

    private func valueEnds(_ cursor: TagCursor, at position: Int) -> TagCursor.Match {
        let simple = cursor.match(anyOf: [tags.parameterEnd, tags.parameterStart], at: position).match
        guard simple == .no else { return simple }
        let callEnd = cursor.match(tags.callEnd, at: position)
        guard callEnd == .yes else { return callEnd }
        let next = cursor.afterSpace(position + tags.callEnd.count)
        guard next - position < Self.maxSpace else { return .no }
        if next == cursor.text.endIndex { return cursor.isFinal ? .yes : .undecided }
        return cursor.match(anyOf: tags.section, at: next).match
    }

    // MARK: - Results

    private func typed(_ value: ArraySlice<UInt8>) -> PythonJSON {
        var value = value
        if spelling.valueTrimming == .lineBreak {
            if value.first == UInt8(ascii: "\n") { value.removeFirst() }
            if value.last == UInt8(ascii: "\n") { value.removeLast() }
        }
        var text = String(decoding: value, as: UTF8.self)
        if spelling.valueTrimming == .whitespace { text = text.stripped(nil) }
        return parameter.isText ? .string(text) : .orString(text)
    }

    /// The call ends where the cursor stands.
    private mutating func complete(_ cursor: TagCursor) -> Step {
        let schemas = ParameterSchemas(definitions.parameters(of: name))
        let arguments = schemas.coerce(spelling.hasStringAttribute ? schemas.unwrapped(self.arguments) : self.arguments)
        let call = FoundCall(name: name, arguments: arguments.text)
        state = .section(isFresh: false)
        return .settled(.calls([call], end: cursor.index, continues: true))
    }

    /// The text up to the cursor is content.
    private mutating func malformed(_ cursor: TagCursor) -> Step {
        isRefused = true
        return .settled(.content(end: cursor.index))
    }

    /// The tags as bytes.
    private struct Tags: Sendable {
        /// A call's beginning, then those of sections, then their ends.
        let section: [[UInt8]]
        let numSectionStarts: Int
        let callEnd: [UInt8]
        let parameterStart: [UInt8]
        let parameterEnd: [UInt8]

        init(_ spelling: TagSpelling) {
            let starts = spelling.sectionStarts + spelling.fillers
            let tags = [spelling.callStart] + starts + spelling.sectionEnds
            numSectionStarts = starts.count
            section = tags.map { Array($0.utf8) }
            callEnd = Array(spelling.callEnd.utf8)
            parameterStart = Array(spelling.parameterStart.utf8)
            parameterEnd = Array(spelling.parameterEnd.utf8)
        }
    }
}
