/// Names and addresses of hosts.
enum HostFormats {
    /// RFC 1123: at most 253 characters, labels of at most 63. Labels with hyphens in the third and fourth place are left
    /// out: they are encoded names, and which of them are valid is not regular.
    static let hostname = "(?=.{1,253}$)\(noEncodedLabel)(?:\(label)\\.)*\(label)"
    private static let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    private static let noEncodedLabel = "(?!(?:.*\\.)?[^.]{2}--)"

    /// Names whose labels are lower case letters of some scripts that are written from left to right, without combining marks,
    /// so short that no encoded label is longer than 63 and no name longer than 253: a part of what IDNA 2008 allows.
    static let internationalHostname =
        "\(noEncodedLabel)(?:\(internationalLabel)\\.){0,3}\(internationalLabel)"
    private static let internationalLabel = """
        (?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,56}[A-Za-z0-9])?|[\(letters)](?:[\(letters)-]{0,8}[\(letters)])?)
        """
    /// Latin, Greek, Cyrillic, Thai, Hiragana, Katakana, Han and Hangul.
    private static let letters = """
        a-z0-9ß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĵķĸĺļľłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž\
        \\u03AC-\\u03CE\\u0430-\\u045F\\u0E01-\\u0E30\\u3041-\\u3096\\u30A1-\\u30FA\\u4E00-\\u9FFF\\uAC00-\\uD7A3
        """

    static let ipv4 = "(?:\(octet)\\.){3}\(octet)"
    private static let octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"

    /// RFC 4291 without a zone: `::` stands for at least one group.
    static let ipv6: String = {
        let group = "[0-9A-Fa-f]{1,4}"
        let last = "(?:\(group):\(group)|\(ipv4))"
        var forms = ["(?:\(group):){6}\(last)"]
        for after in 0...5 {
            let before = "(?:(?:\(group):){0,\(4 - after)}\(group))?"
            forms.append((after == 5 ? "" : before) + "::(?:\(group):){\(after)}\(last)")
        }
        forms.append("(?:(?:\(group):){0,5}\(group))?::\(group)")
        forms.append("(?:(?:\(group):){0,6}\(group))?::")
        return "(?:\(forms.joined(separator: "|")))"
    }()
}
