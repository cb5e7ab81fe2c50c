/// How a format of the family `<section><call NAME><parameter KEY>VALUE</parameter></call></section>` spells its tags.
struct TagSpelling: Sendable {
    /// What belongs to the tags at both ends of a value.
    enum ValueTrimming: Sendable {
        case none
        /// One line break.
        case lineBreak
        case whitespace
    }

    /// What opens a section of calls; it may be left out, and repeated.
    var sectionStarts: [String]
    var sectionEnds: [String]
    /// What comes before a call's name.
    var callStart: String
    var callEnd: String
    /// What comes before a parameter's name.
    var parameterStart: String
    var parameterEnd: String
    /// Whether names may be quoted, as attributes are.
    var quotesNames = false
    /// What may stand between a section's tags and its calls.
    var fillers: [String] = []
    var valueTrimming = ValueTrimming.none
    /// Whether a section's closing tag is dropped where none is open.
    var dropsStrayEnds = false
    /// Whether a call of a tool that the request does not declare is content.
    var refusesUnknownTools = false
    /// Whether parameters say by `string="true"` that their value is text; else it is read as JSON where it can be.
    var hasStringAttribute = false
}
