extension EBNFParser {
    /// What stands in brackets behind the name of a rule that is being defined.
    struct Attributes {
        var isLazy = false
    }

    /// Reads `[name, name=value, ...]`; nil where there is none.
    mutating func attributes() throws(GrammarError) -> Attributes? {
        let start = cursor.position
        guard cursor.next == "[" else { return nil }
        cursor.position += 1
        var attributes = Attributes()
        repeat {
            skipBlanks()
            let place = cursor.position
            let name = identifier()
            skipBlanks()
            if cursor.take("=") {
                skipBlanks()
                try attributeValue()
                skipBlanks()
            }
            switch name {
            case "lazy": attributes.isLazy = true
            // What is captured is told to the caller of xgrammar; which texts match does not depend on it.
            case "capture", "stop_capture", "capture_hidden_suffix_bytes", "capture_hidden_stop_bytes",
                "capture_hidden_body_rule_id", "capture_hidden_marker_rule_id":
                break
            case "max_tokens", "max_chars", "temperature":
                throw cursor.error("the rule attribute '\(name)' is not supported", at: place, .unsupported)
            default:
                throw cursor.error("'\(name)' is no rule attribute", at: place)
            }
        } while cursor.take(",")
        guard cursor.take("]") else {
            throw cursor.error("the attributes of a rule do not end in ']'", at: start)
        }
        return attributes
    }

    private mutating func skipBlanks() { _ = cursor.take { $0 == " " || $0 == "\t" } }

    private mutating func attributeValue() throws(GrammarError) {
        if cursor.next == "\"" {
            _ = try literal()
        } else {
            _ = identifier()
        }
    }
}
