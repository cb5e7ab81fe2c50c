/// Divides text by the markers of a `ReasoningMarkup`.
struct MarkedReasoning: ReasoningSplitter {
    private enum Marker { case start, end, breaking }

    private let markup: ReasoningMarkup
    private let markers: MarkerSet
    private let kinds: [Marker]
    private var isReasoning: Bool
    /// Reasoning was closed, or a call opened: markers count no longer, unless the markup reopens reasoning.
    private var isOver = false
    /// A tool call was opened: from here on all is content, its parameters may hold any text.
    private var isVerbatim = false
    /// An opening marker was dropped.
    private var hasStarted = false
    /// All text so far is whitespace.
    private var isBlank = true
    private var isFirst = true
    private var pending: [UInt8] = []
    private var reasoning: ReasoningTrimming
    private var content: ContentTrimming

    init(_ markup: ReasoningMarkup, _ options: ReasoningOptions) {
        self.markup = markup
        isReasoning = options.startsInReasoning ?? markup.startsInReasoning
        // The prompt ended behind closed reasoning.
        isOver = options.startsInReasoning == false
        markers = MarkerSet(markup.starts + markup.ends + markup.breaks)
        kinds =
            markup.starts.map { _ in .start } + markup.ends.map { _ in .end } + markup.breaks.map { _ in .breaking }
        reasoning = ReasoningTrimming(prefix: markup.prefix, trimsEnd: markup.trimsEnd)
        content = ContentTrimming(trimsNewlines: markup.trimsContentNewlines, answer: markup.answer)
        reasoning.holdsSpace = isReasoning && markup.repeatedStart == .droppedOnce
    }

    mutating func append(_ text: [UInt8]) -> [DividedText] {
        pending += text
        return process(isFinal: false)
    }

    mutating func finish() -> [DividedText] {
        var pieces = process(isFinal: true)
        Self.add(.reasoning(reasoning.finish()), to: &pieces)
        Self.add(.content(content.finish()), to: &pieces)
        return pieces
    }

    private mutating func process(isFinal: Bool) -> [DividedText] {
        var pieces: [DividedText] = []
        var position = 0
        while position < pending.count {
            guard !isVerbatim else {
                emit(position..<pending.count, &pieces)
                position = pending.count
                break
            }
            switch markers.search(pending, from: position, isFinal: isFinal) {
            case .none(let undecided):
                emit(position..<undecided, &pieces)
                pending.removeFirst(undecided)
                return pieces
            case .found(let marker, let range):
                emit(position..<range.lowerBound, &pieces)
                if isReasoning, kinds[marker] != .start {
                    reasoning.holdsSpace = false
                    Self.add(.reasoning(reasoning.append([])), to: &pieces)
                }
                if !take(kinds[marker]) { emit(range, &pieces) }
                position = range.upperBound
            }
        }
        pending.removeAll(keepingCapacity: true)
        return pieces
    }

    /// Acts on a marker; false where the marker itself is text.
    private mutating func take(_ marker: Marker) -> Bool {
        switch (marker, isReasoning) {
        case (.start, true): return repeatStart()
        case (.start, false):
            guard markup.reopens || (isOver ? isBlank && !hasStarted : !markup.startsInReasoning) else { return false }
            isReasoning = true
            hasStarted = true
            return true
        case (.end, true):
            isReasoning = false
            isOver = true
            hasStarted = true
            return true
        case (.end, false): return markup.dropsStrayEnds
        case (.breaking, _):
            isReasoning = false
            isOver = true
            isVerbatim = true
            return false
        }
    }

    private mutating func repeatStart() -> Bool {
        switch markup.repeatedStart {
        case .dropped: return true
        case .kept: return false
        case .droppedFirst: return isFirst
        case .droppedOnce:
            guard !hasStarted else { return false }
            hasStarted = true
            if isBlank { reasoning.dropSpace() }
            reasoning.holdsSpace = false
            return true
        }
    }

    private mutating func emit(_ range: Range<Int>, _ pieces: inout [DividedText]) {
        guard !range.isEmpty else { return }
        let text = pending[range]
        isFirst = false
        if isBlank, !text.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            isBlank = false
            reasoning.holdsSpace = false
        }
        if isReasoning {
            Self.add(.reasoning(reasoning.append(text)), to: &pieces)
        } else {
            Self.add(.content(content.append(text)), to: &pieces)
        }
    }

    private static func add(_ piece: DividedText, to pieces: inout [DividedText]) {
        switch piece {
        case .reasoning(let text), .content(let text): if !text.isEmpty { pieces.append(piece) }
        }
    }
}
