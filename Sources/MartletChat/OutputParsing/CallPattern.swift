/// How one call, or one list of calls, is written after its opener.
struct CallPattern: Sendable {
    /// A step in reading a call.
    enum Step: Sendable {
        /// Whitespace, if any.
        case space
        /// Exactly this text.
        case literal(String)
        /// This text any number of times.
        case anyNumber(of: String)
        /// A line's text up to one of these, which is left for the next step: captured as a name.
        case name(until: [String])
        /// A JSON object or array: captured.
        case object, array
        /// A JSON object that may be left out where it has no members: captured.
        case optionalObject
        /// Ends the call; may be missing at the end of the output, where another call begins or where a section ends.
        case looseEnd(String)
    }

    /// What the steps captured.
    struct Captures {
        var names: [String] = []
        var json: ArraySlice<UInt8>?
    }

    /// How further calls follow without an opener of their own.
    struct Repetition: Sendable {
        /// What the next call begins with.
        var start: String
        /// May stand between two calls, beside whitespace.
        var separator: String?
        /// Ends the section.
        var end: String?
    }

    /// The bytes that tell this pattern from others with the same opener: the first after it that is not whitespace is
    /// one of them. Nil for any byte; the first pattern that fits counts.
    var firstBytes: [UInt8]?
    /// True where the opener is itself the first byte of the JSON.
    var readsOpener = false
    /// True where the call must come first in the content.
    var onlyAtStart = false
    /// The steps after the opener; each starts where the one before it ended.
    var steps: [Step]
    var repetition: Repetition?
    /// The calls that the captures stand for; nil if they are no calls.
    var calls: @Sendable (Captures) -> [FoundCall]?
}
