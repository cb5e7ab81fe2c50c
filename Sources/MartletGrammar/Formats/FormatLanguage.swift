/// The languages of JSON Schema's `format` values.
///
/// Each is what its RFC says, as far as that is regular; where it is not, or where checkers in use refuse what the RFC
/// allows, the language is the smaller one, so that every text of it is valid.
enum FormatLanguage {
    /// The texts of a format; nil where the format is not known, and so an annotation.
    static func named(_ name: String) -> Regex? {
        guard let pattern = pattern(of: name) else { return nil }
        return try? PatternParser.wholeMatch(pattern)
    }

    /// Every format that is enforced.
    static let names = [
        "date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri",
        "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference",
        "uri-template",
        "uuid",
    ]

    private static func pattern(of name: String) -> String? {
        switch name {
        case "date": TimeFormats.date
        case "time": TimeFormats.time
        case "date-time": TimeFormats.dateTime
        case "duration": TimeFormats.duration
        case "email": MailFormats.email
        case "idn-email": MailFormats.internationalEmail
        case "hostname": HostFormats.hostname
        case "idn-hostname": HostFormats.internationalHostname
        case "ipv4": HostFormats.ipv4
        case "ipv6": HostFormats.ipv6
        case "uri": ResourceFormats(isInternational: false).absolute
        case "uri-reference": ResourceFormats(isInternational: false).reference
        case "iri": ResourceFormats(isInternational: true).absolute
        case "iri-reference": ResourceFormats(isInternational: true).reference
        case "uri-template": PointerFormats.template
        case "json-pointer": PointerFormats.pointer
        case "relative-json-pointer": PointerFormats.relativePointer
        case "uuid": "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
        case "regex": RegexFormat.pattern
        default: nil
        }
    }
}
