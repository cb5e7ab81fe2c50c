/// Finds one format's calls in the text that is not reasoning.
protocol ToolCallScanner: Sendable {
    mutating func append(_ text: [UInt8], to sink: inout OutputSink)
    mutating func finish(to sink: inout OutputSink)
}

/// For outputs without calls.
struct NoToolCalls: ToolCallScanner {
    mutating func append(_ text: [UInt8], to sink: inout OutputSink) { sink.content(text[...]) }
    mutating func finish(to sink: inout OutputSink) {}
}

/// How a format writes calls, once a marker has opened one: all of it that `MarkedCallScanner` does not do.
protocol ToolCallSyntax: Sendable {
    /// The texts that may open a call.
    var openers: [String] { get }

    /// A candidate begins: `opener` was found, and nothing but whitespace comes before it in the content if `isAtStart`.
    mutating func begin(opener: Int, isAtStart: Bool)

    /// Reads on. `text` is all of the candidate that is not yet settled, from the opener's first byte or, after a
    /// continued call, from that call's end; it is what the last call of `read` saw with more at the end. A syntax keeps
    /// its own position in it, so that all calls together look at each byte a bounded number of times. With `isFinal`
    /// no more text follows: `incomplete` then makes all of `text` content.
    mutating func read(_ text: ArraySlice<UInt8>, isFinal: Bool) -> CandidateState
}

/// A call as a syntax found it.
struct FoundCall: Sendable {
    var name: String
    /// The text of a JSON object.
    var arguments: String
    /// The id, where the format has the model write it.
    var id: String?
    /// What happens to whitespace before it, where that is not what the format does otherwise.
    var trimming: OutputSink.Trimming?
}

/// What became of a candidate. Ends are indices of the slice, on the boundary of a character and past its start.
enum CandidateState {
    /// More text is needed.
    case incomplete
    /// Calls, none or several, were read up to `end`. The candidate goes on there if `continues`, with another call or
    /// with the end of a section; else the next opener is looked for.
    case calls([FoundCall], end: Int, continues: Bool)
    /// This is no call: the text up to `end` is content, and the next opener is looked for from there.
    case content(end: Int)
}

/// Drives a syntax: looks for openers, holds candidates back, and hands on the rest as content.
struct MarkedCallScanner<Syntax: ToolCallSyntax>: ToolCallScanner {
    private var syntax: Syntax
    private let openers: MarkerSet
    private var pending: [UInt8] = []
    private var isInCandidate = false
    private var isAtStart = true

    init(_ syntax: Syntax) {
        self.syntax = syntax
        openers = MarkerSet(syntax.openers)
    }

    mutating func append(_ text: [UInt8], to sink: inout OutputSink) {
        pending += text
        process(&sink, isFinal: false)
    }

    mutating func finish(to sink: inout OutputSink) { process(&sink, isFinal: true) }

    private mutating func process(_ sink: inout OutputSink, isFinal: Bool) {
        var position = 0
        while step(&position, &sink, isFinal) {}
        pending.removeFirst(position)
    }

    /// Settles a stretch of the pending text; false when no more can be settled.
    private mutating func step(_ position: inout Int, _ sink: inout OutputSink, _ isFinal: Bool) -> Bool {
        guard isInCandidate else {
            switch openers.search(pending, from: position, isFinal: isFinal) {
            case .none(let undecided):
                settle(&position, undecided, &sink)
                return false
            case .found(let opener, let range):
                settle(&position, range.lowerBound, &sink)
                isInCandidate = true
                syntax.begin(opener: opener, isAtStart: isAtStart)
                return true
            }
        }
        switch syntax.read(pending[position...], isFinal: isFinal) {
        case .incomplete:
            if isFinal { settle(&position, pending.count, &sink) }
            return false
        case .calls(let calls, let end, let continues):
            for call in calls { sink.call(call) }
            if !calls.isEmpty { isAtStart = false }
            position = end
            isInCandidate = continues
            return position < pending.count
        case .content(let end):
            settle(&position, end, &sink)
            isInCandidate = false
            return position < pending.count
        }
    }

    private mutating func settle(_ position: inout Int, _ end: Int, _ sink: inout OutputSink) {
        let text = pending[position..<end]
        sink.content(text)
        if isAtStart { isAtStart = text.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }
        position = end
    }
}
