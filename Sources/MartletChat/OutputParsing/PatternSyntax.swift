/// Reads calls that `CallPattern`s describe.
struct PatternSyntax: ToolCallSyntax {
    private enum Outcome {
        case done, incomplete
        case failed(at: Int)
    }

    let openers: [String]
    /// The patterns of each opener.
    private let patterns: [[CallPattern]]
    private var opener = 0
    /// The pattern being read, nil until the first byte after the opener has told which.
    private var pattern: CallPattern?
    private var isAtStart = true
    /// The step being read, where it began and how far it was read; offsets count from the candidate's start.
    private var step = 0
    private var stepStart = 0
    private var offset = 0
    private var names: [Range<Int>] = []
    private var json: Range<Int>?
    private var boundary = JSONBoundary()
    /// True after a call, until it is clear whether another follows.
    private var isBetweenCalls = false
    private var hasSeparator = false

    /// Patterns with their openers.
    init(_ patterns: KeyValuePairs<String, [CallPattern]>) {
        openers = patterns.map(\.key)
        self.patterns = patterns.map(\.value)
    }

    mutating func begin(opener: Int, isAtStart: Bool) {
        self.opener = opener
        self.isAtStart = isAtStart
        pattern = patterns[opener].count == 1 ? patterns[opener][0] : nil
        isBetweenCalls = false
        beginCall(at: pattern?.readsOpener == true ? 0 : openers[opener].utf8.count)
    }

    /// Chooses among the opener's patterns by the first byte that is not whitespace; nil until it is there.
    private mutating func choosePattern(_ text: ArraySlice<UInt8>) -> CallPattern? {
        skipSpace(text)
        stepStart = offset
        guard offset < text.count else { return nil }
        let first = text[text.startIndex + offset]
        pattern = patterns[opener].first { $0.firstBytes?.contains(first) ?? true }
        return pattern
    }

    private mutating func beginCall(at start: Int) {
        (step, stepStart, offset) = (0, start, start)
        names = []
        json = nil
        hasSeparator = false
        boundary = JSONBoundary()
    }

    mutating func read(_ text: ArraySlice<UInt8>, isFinal: Bool) -> CandidateState {
        guard let pattern = pattern ?? choosePattern(text) else {
            return offset < text.count ? .content(end: text.startIndex + offset) : .incomplete
        }
        if pattern.onlyAtStart, !isAtStart { return .content(end: text.startIndex + openers[opener].utf8.count) }
        if isBetweenCalls, let state = readBetweenCalls(text, isFinal) { return state }
        while step < pattern.steps.count {
            switch advance(pattern.steps[step], text, isFinal) {
            case .incomplete: return .incomplete
            case .failed(let place): return .content(end: text.startIndex + place)
            case .done:
                step += 1
                stepStart = offset
            }
        }
        let end = text.startIndex + offset
        guard let calls = pattern.calls(captures(text)) else { return .content(end: end) }
        isBetweenCalls = pattern.repetition != nil
        beginCall(at: 0)
        return .calls(calls, end: end, continues: isBetweenCalls)
    }

    private func captures(_ text: ArraySlice<UInt8>) -> CallPattern.Captures {
        func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
            text[text.startIndex + range.lowerBound..<text.startIndex + range.upperBound]
        }
        return CallPattern.Captures(
            names: names.map { range in
                let name = slice(range).drop(while: Self.isSpace)
                let end = name.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? name.startIndex
                return String(decoding: name[..<end], as: UTF8.self)
            }, json: json.map(slice))
    }
}

// MARK: - Between calls

extension PatternSyntax {
    /// Decides whether another call follows; nil if so.
    private mutating func readBetweenCalls(_ text: ArraySlice<UInt8>, _ isFinal: Bool) -> CandidateState? {
        guard let repetition = pattern?.repetition else { return nil }
        skipSpace(text)
        var rest = text.dropFirst(offset)
        if let separator = repetition.separator, !hasSeparator, rest.starts(with: separator.utf8) {
            hasSeparator = true
            offset += separator.utf8.count
            skipSpace(text)
            rest = text.dropFirst(offset)
        }
        if let end = repetition.end {
            if rest.starts(with: end.utf8) {
                return .calls([], end: rest.startIndex + end.utf8.count, continues: false)
            }
            if end.utf8.starts(with: rest) {
                return isFinal ? .calls([], end: text.endIndex, continues: false) : .incomplete
            }
        }
        if repetition.start.utf8.starts(with: rest), rest.count < repetition.start.utf8.count {
            if !isFinal { return .incomplete }
            return .calls([], end: rest.isEmpty ? text.endIndex : text.startIndex, continues: false)
        }
        guard rest.starts(with: repetition.start.utf8) else {
            return .calls([], end: text.startIndex, continues: false)
        }
        isBetweenCalls = false
        beginCall(at: offset)
        return nil
    }

    private mutating func skipSpace(_ text: ArraySlice<UInt8>) {
        while offset < text.count, Self.isSpace(text[text.startIndex + offset]) { offset += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}

// MARK: - Steps

extension PatternSyntax {
    private mutating func advance(_ step: CallPattern.Step, _ text: ArraySlice<UInt8>, _ isFinal: Bool) -> Outcome {
        switch step {
        case .space:
            skipSpace(text)
            return offset < text.count || isFinal ? .done : .incomplete
        case .literal(let literal): return read(literal, text, isFinal)
        case .anyNumber(let literal):
            while true {
                switch read(literal, text, isFinal) {
                case .done: continue
                case .incomplete: return .incomplete
                case .failed: return .done
                }
            }
        case .name(let markers): return readName(until: markers, text, isFinal)
        case .object: return readJSON(from: "{", text)
        case .array: return readJSON(from: "[", text)
        case .optionalObject:
            guard offset == stepStart, offset < text.count || isFinal else { return readJSON(from: "{", text) }
            return offset < text.count && text[text.startIndex + offset] == UInt8(ascii: "{")
                ? readJSON(from: "{", text) : .done
        case .looseEnd(let literal):
            let outcome = read(literal, text, isFinal)
            guard case .failed = outcome else { return outcome }
            let rest = text.dropFirst(offset)
            if isFinal, literal.utf8.starts(with: rest) {
                offset = text.count
                return .done
            }
            let others = openers + [pattern?.repetition?.start, pattern?.repetition?.end].compactMap(\.self)
            if others.contains(where: { rest.starts(with: $0.utf8) }) { return .done }
            let isUndecided = !isFinal && others.contains { $0.utf8.starts(with: rest) }
            return isUndecided ? .incomplete : outcome
        }
    }

    private mutating func read(_ literal: String, _ text: ArraySlice<UInt8>, _ isFinal: Bool) -> Outcome {
        let rest = text.dropFirst(offset)
        if rest.starts(with: literal.utf8) {
            offset += literal.utf8.count
            return .done
        }
        return !isFinal && literal.utf8.starts(with: rest) ? .incomplete : .failed(at: offset)
    }

    private mutating func readName(until markers: [String], _ text: ArraySlice<UInt8>, _ isFinal: Bool) -> Outcome {
        while offset < text.count {
            let rest = text.dropFirst(offset)
            if markers.contains(where: { rest.starts(with: $0.utf8) }) {
                names.append(stepStart..<offset)
                return .done
            }
            if !isFinal, markers.contains(where: { $0.utf8.starts(with: rest) }) { return .incomplete }
            let isCharacterStart = rest.first! & 0xC0 != 0x80
            let isTooLong = offset - stepStart >= Self.maxNameLength && isCharacterStart
            if isTooLong || rest.first! < 0x20 { return .failed(at: offset) }
            offset += 1
        }
        return .incomplete
    }

    /// Longer than any name or id; what goes on beyond it is no call.
    private static let maxNameLength = 256

    private mutating func readJSON(from bracket: Unicode.Scalar, _ text: ArraySlice<UInt8>) -> Outcome {
        guard offset < text.count else { return .incomplete }
        if offset == stepStart, text[text.startIndex + offset] != UInt8(ascii: bracket) { return .failed(at: offset) }
        var index = text.startIndex + offset
        let result = boundary.read(text, from: &index)
        offset = index - text.startIndex
        switch result {
        case .incomplete: return .incomplete
        case .invalid(let place): return .failed(at: place - text.startIndex)
        case .complete:
            json = stepStart..<offset
            return .done
        }
    }
}
