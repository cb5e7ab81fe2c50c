import MartletEngine
import MartletTokenizers

/// Turns one output's tokens into text: incremental detokenization, then stop strings; tokens in, events out.
struct SequenceAssembler {
    /// How an output is written.
    struct Options: Sendable {
        var stop: [String] = []
        var includeStopString = false
        /// Stop strings are not looked for in the text of this many tokens.
        var minTokens = 0
    }

    private let index: Int
    private let options: Options
    private var detokenizer: IncrementalDetokenizer?
    private var matcher: StopStringMatcher
    private var numTokens = 0
    /// Unicode scalars of the text before stop strings were cut.
    private var textLength = 0
    /// Set once a stop string was found; what the engine still brings is dropped.
    private(set) var foundStop: String?

    /// An output without tokens; without a detokenizer its text stays empty.
    init(index: Int, options: Options, detokenizer: IncrementalDetokenizer?) {
        self.index = index
        self.options = options
        self.detokenizer = detokenizer
        matcher = StopStringMatcher(options.stop)
    }

    /// Takes in what a step brought; the event is the last one when it has a finish reason.
    ///
    /// When a stop string is found the event has no finish reason yet: the engine is to be told, and its last output
    /// brings the statistics.
    mutating func consume(_ output: RequestOutput) -> GenerationEvent {
        var event = GenerationEvent(index: index)
        event.numCachedTokens = output.numCachedTokens
        let tokenIDs = output.newTokenIDs
        for (position, tokenID) in tokenIDs.enumerated() where foundStop == nil {
            event.tokenIDs.append(tokenID)
            if position < output.logprobs.count {
                event.logprobs.append(output.logprobs[position])
                event.textOffsets.append(textLength)
            }
            let endsOutput = output.finishReason == .stop && position == tokenIDs.count - 1
            append(tokenID, endsOutput: endsOutput, to: &event)
        }
        if let reason = output.finishReason { finish(reason, output, &event) }
        return event
    }

    private mutating func append(_ tokenID: Int32, endsOutput: Bool, to event: inout GenerationEvent) {
        numTokens += 1
        // The token that ended the output is part of its ids, not of its text.
        if endsOutput, !options.includeStopString { return }
        push(detokenizer?.append(tokenID) ?? "", to: &event)
    }

    private mutating func push(_ text: String, to event: inout GenerationEvent) {
        guard !text.isEmpty else { return }
        textLength += text.unicodeScalars.count
        guard numTokens > options.minTokens else {
            event.text += text
            return
        }
        let match = matcher.push(text)
        event.text += match.text
        guard let stop = match.stop else { return }
        foundStop = stop
        if options.includeStopString { event.text += stop }
    }

    private mutating func finish(_ reason: FinishReason, _ output: RequestOutput, _ event: inout GenerationEvent) {
        if foundStop == nil {
            push(detokenizer?.finish() ?? "", to: &event)
            if foundStop == nil { event.text += matcher.finish() }
        }
        event.finishReason = foundStop == nil ? reason : .stop
        event.stopReason = foundStop.map { .string($0) } ?? output.stopTokenID.map { .tokenID($0) }
        event.statistics = output.statistics
        // The engine may have run one token further before it heard of the stop string.
        if foundStop != nil { event.statistics?.numGenerationTokens = numTokens }
    }
}
