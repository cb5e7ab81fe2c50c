/// The languages of JSON Schema's `format` values.
///
/// Each is what its RFC says, as far as that is regular; where it is not, or where checkers in use refuse what the RFC
/// allows, the language is the smaller one, so that every text of it is valid.
enum FormatLanguage {
    /// Every format that is enforced.
    static let names = [
        "date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri",
        "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference",
        "uri-template", "uuid",
    ]

    /// The texts of a format; nil where the format is not known, and so an annotation.
    static func named(_ name: String) -> Regex? {
        switch name {
        case "date": date
        case "time": time
        case "date-time": dateTime
        case "duration": duration
        case "email": email
        case "idn-email": internationalEmail
        case "hostname": hostname
        case "idn-hostname": internationalHostname
        case "ipv4": ipv4
        case "ipv6": ipv6
        case "uri": uri
        case "uri-reference": uriReference
        case "iri": iri
        case "iri-reference": iriReference
        case "uri-template": template
        case "json-pointer": pointer
        case "relative-json-pointer": relativePointer
        case "uuid": uuid
        case "regex": regex
        default: nil
        }
    }

    // Each is parsed when it is first asked for.
    private static let date = language(TimeFormats.date)
    private static let time = language(TimeFormats.time)
    private static let dateTime = language(TimeFormats.dateTime)
    private static let duration = language(TimeFormats.duration)
    private static let email = language(MailFormats.email)
    private static let internationalEmail = language(MailFormats.internationalEmail)
    private static let hostname = language(HostFormats.hostname)
    private static let internationalHostname = language(HostFormats.internationalHostname)
    private static let ipv4 = language(HostFormats.ipv4)
    private static let ipv6 = language(HostFormats.ipv6)
    private static let uri = language(ResourceFormats(isInternational: false).absolute)
    private static let uriReference = language(ResourceFormats(isInternational: false).reference)
    private static let iri = language(ResourceFormats(isInternational: true).absolute)
    private static let iriReference = language(ResourceFormats(isInternational: true).reference)
    private static let template = language(PointerFormats.template)
    private static let pointer = language(PointerFormats.pointer)
    private static let relativePointer = language(PointerFormats.relativePointer)
    private static let uuid = language("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
    private static let regex = language(RegexFormat.pattern)

    private static func language(_ pattern: String) -> Regex? { try? PatternParser.wholeMatch(pattern) }
}
