/// How a format marks reasoning in its output.
struct ReasoningMarkup: Sendable {
    /// What becomes of an opening marker that comes while reasoning is open already.
    enum RepeatedStart: Sendable {
        /// It is dropped, however often it comes.
        case dropped
        /// The first is dropped, with whitespace before it where nothing else came; later ones are reasoning.
        case droppedOnce
        /// It is dropped as the first thing of the output, else it is reasoning.
        case droppedFirst
        /// It is reasoning.
        case kept
    }

    /// The texts that open reasoning.
    var starts: [String]
    /// The texts that close it.
    var ends: [String]
    /// The texts that close it and are content: what opens a tool call.
    var breaks: [String] = []
    /// Whether the model usually starts in reasoning, the prompt having opened it.
    var startsInReasoning = true
    var repeatedStart = RepeatedStart.dropped
    /// Whether reasoning can be opened again after it was closed.
    var reopens = false
    /// Whether closing markers in the content, before any tool call, are dropped.
    var dropsStrayEnds = false
    /// Whether whitespace at the end of all reasoning is dropped.
    var trimsEnd = false
    /// A text dropped at the beginning of the reasoning.
    var prefix = ""
    /// Whether line breaks at the beginning of the content are dropped.
    var trimsContentNewlines = false
    /// The texts that enclose the content after the reasoning, dropped.
    var answer: (start: String, end: String)?
}
