/// Filters that write and find URLs.
enum URLFilters {
    static let encode: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("urlencode", [])
        var pairs: [Value]
        switch value {
        case .dict(let dict): pairs = dict.elements(of: .items)
        case .list, .tuple, .view, .range, .iterator, .undefined: pairs = try interpreter.elements(of: value)
        default: return try interpreter.string(quoted(try interpreter.text(of: value), inQuery: false))
        }
        var parts: [String] = []
        for pair in pairs {
            let members = try interpreter.elements(of: pair)
            guard members.count == 2 else { throw ChatTemplateError(.value, "urlencode needs pairs") }
            let key = quoted(try interpreter.text(of: members[0]), inQuery: true)
            parts.append(key + "=" + quoted(try interpreter.text(of: members[1]), inQuery: true))
            try interpreter.charge(bytes: parts[parts.count - 1].utf8.count)
        }
        return try interpreter.string(parts.joined(separator: "&"))
    }

    private static func quoted(_ text: String, inQuery: Bool) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x2D, 0x7E: result.append(byte)
            case 0x2F where !inQuery: result.append(byte)
            case 0x20 where inQuery: result.append(0x2B)
            default: result += ((byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)).utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static let urlize: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind(
            "urlize", ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"])
        let limit = bound[0]?.isNone ?? true ? nil : try bound[0].integer("urlize", or: 0)
        func text(_ value: Value?) throws(ChatTemplateError) -> String? {
            value?.isTrue ?? false ? try value.text("urlize", or: "") : nil
        }
        var relations = Set(["noopener"])
        relations.formUnion((try text(bound[3]) ?? "").splitAtWhitespace(limit: .max, fromRight: false))
        if bound[1]?.isTrue ?? false { relations.insert("nofollow") }
        var schemes: [String] = []
        if let extra = bound[4], !extra.isNone {
            for scheme in try interpreter.elements(of: extra) {
                let scheme = try Optional(scheme).text("urlize", or: "")
                guard URLMatch.isScheme(scheme) else {
                    throw ChatTemplateError(.value, "'\(scheme)' is not a valid URI scheme prefix.")
                }
                schemes.append(scheme)
            }
        }
        let escaped = try interpreter.escaped(value).text ?? ""
        try interpreter.charge(bytes: escaped.utf8.count * 8)
        let relation = relations.sorted { $0.comesBefore($1) }.joined(separator: " ").htmlEscaped
        let target = try text(bound[2]).map { " target=\"\($0.htmlEscaped)\"" } ?? ""
        let linker = Linker(attributes: " rel=\"\(relation)\"" + target, limit: limit, schemes: schemes)
        let result = linker.link(escaped)
        return interpreter.escapes ? try interpreter.markup(result) : try interpreter.string(result)
    }
}

/// Makes links of the words of a text that are URLs or mail addresses.
private struct Linker {
    let attributes: String
    let limit: Int?
    let schemes: [String]

    func link(_ text: String) -> String {
        var (result, word) = ("", String.UnicodeScalarView())
        for scalar in text.unicodeScalars {
            guard PythonWhitespace.contains(scalar) else {
                word.append(scalar)
                continue
            }
            if !word.isEmpty { result += link(word: String(word)) }
            word = .init()
            result.unicodeScalars.append(scalar)
        }
        return word.isEmpty ? result : result + link(word: String(word))
    }

    private func link(word: String) -> String {
        var (middle, head, tail) = (word, "", "")
        while let mark = ["(", "<", "&lt;"].first(where: middle.starts(with:)) {
            head += mark
            middle = middle.bytes(mark.utf8.count..<middle.utf8.count)
        }
        while let mark = [")", ">", ".", ",", "&gt;"].first(where: middle.ends(with:)) {
            tail = mark + tail
            middle = middle.bytes(0..<middle.utf8.count - mark.utf8.count)
        }
        for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
            let opened = middle.occurrences(of: open).count
            guard opened > middle.occurrences(of: close).count else { continue }
            // Closing signs that belong to those inside stay with the word.
            let closings = tail.occurrences(of: close)
            guard let last = closings.prefix(opened).last else { continue }
            let end = last + close.utf8.count
            middle += tail.bytes(0..<end)
            tail = tail.bytes(end..<tail.utf8.count)
        }
        return head + link(middle: middle) + tail
    }

    private func link(middle: String) -> String {
        if URLMatch.isWeb(middle) {
            let hasScheme = middle.starts(with: "https://") || middle.starts(with: "http://")
            let shown =
                limit.map { limit in
                    let count = middle.scalarCount
                    guard count > limit else { return middle }
                    let kept = limit < 0 ? max(0, count + limit) : limit
                    return String(String.UnicodeScalarView(middle.unicodeScalars.prefix(kept))) + "..."
                } ?? middle
            return "<a href=\"\(hasScheme ? "" : "https://")\(middle)\"\(attributes)>\(shown)</a>"
        }
        if middle.starts(with: "mailto:"), case let address = middle.bytes(7..<middle.utf8.count),
            URLMatch.isMail(address)
        {
            return "<a href=\"\(middle)\">\(address)</a>"
        }
        if middle.has("@"), !middle.starts(with: "www."), !middle.starts(with: "@"), !middle.has(":"),
            URLMatch.isMail(middle)
        {
            return "<a href=\"mailto:\(middle)\">\(middle)</a>"
        }
        return schemes.reduce(middle) { middle, scheme in
            middle.isSame(as: scheme) || !middle.starts(with: scheme)
                ? middle : "<a href=\"\(middle)\"\(attributes)>\(middle)</a>"
        }
    }
}

/// What jinja2 takes for URLs.
private enum URLMatch {
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || StringPredicates.isAlphanumeric(scalar)
    }

    private static func isLabel(_ label: ArraySlice<Unicode.Scalar>) -> Bool {
        !label.isEmpty && label.allSatisfy { isWord($0) || $0 == "%" || $0 == "-" }
    }

    static func isScheme(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let colon = scalars.firstIndex(of: ":"), colon >= 2 else { return false }
        return scalars[..<colon].allSatisfy { isWord($0) || ".+-".unicodeScalars.contains($0) }
            && scalars[(colon + 1)...].allSatisfy { $0 == "/" } && scalars.count - colon <= 3
    }

    static func isMail(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let sign = scalars.lastIndex(of: "@"), sign > 0 else { return false }
        let host = scalars[(sign + 1)...]
        guard let first = host.first, isWord(first), let point = host.lastIndex(of: "."), point > sign + 1 else {
            return false
        }
        return host[..<point].allSatisfy { isWord($0) || $0 == "." || $0 == "-" } && point + 1 < host.endIndex
            && host[(point + 1)...].allSatisfy(isWord)
    }

    static func isWeb(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        let lower = text.pythonLower
        for prefix in ["http://", "https://"] where lower.starts(with: prefix) {
            let host = scalars[prefix.utf8.count...]
            if hasHost(host, isTopLevel) || hasNumericHost(host) { return true }
        }
        if lower.starts(with: "www."), hasHost(scalars[4...], isTopLevel) { return true }
        return hasHost(scalars[...], isPlainHost)
    }

    /// Whether `rest` is a host that `accepts` takes, with a port and a path or without.
    private static func hasHost(
        _ rest: ArraySlice<Unicode.Scalar>, _ accepts: ([ArraySlice<Unicode.Scalar>]) -> Bool
    ) -> Bool {
        let end = rest.firstIndex { !(isWord($0) || "%.-".unicodeScalars.contains($0)) } ?? rest.endIndex
        let labels = rest[..<end].split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy(isLabel) && accepts(labels) && isTail(rest[end...])
    }

    private static func isTopLevel(_ labels: [ArraySlice<Unicode.Scalar>]) -> Bool {
        guard let last = labels.last else { return false }
        func isLetter(_ scalar: Unicode.Scalar) -> Bool { (0x61...0x7A).contains(scalar.value | 0x20) }
        if 2...63 ~= last.count, last.allSatisfy(isLetter) { return true }
        let name = String(String.UnicodeScalarView(last)).pythonLower
        return name.starts(with: "xn--") && 6...63 ~= last.count && !last.dropFirst(4).contains("-")
    }

    private static func isPlainHost(_ labels: [ArraySlice<Unicode.Scalar>]) -> Bool {
        guard labels.count > 1, let last = labels.last else { return false }
        return ["com", "net", "int", "edu", "gov", "org", "info", "mil"]
            .contains(String(String.UnicodeScalarView(last)).pythonLower)
            && labels.dropLast().allSatisfy { 2...63 ~= $0.count }
    }

    private static func hasNumericHost(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
        if rest.first == "[", let close = rest.firstIndex(of: "]") {
            let groups = rest[(rest.startIndex + 1)..<close].split(separator: ":", omittingEmptySubsequences: false)
            return 3...9 ~= groups.count && isTail(rest[(close + 1)...])
                && groups.allSatisfy { $0.count <= 4 && $0.allSatisfy(\.properties.isASCIIHexDigit) }
        }
        let end = rest.firstIndex { $0 != "." && $0.properties.numericType != .decimal } ?? rest.endIndex
        let parts = rest[..<end].split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { 1...3 ~= $0.count } && isTail(rest[end...])
    }

    /// An optional port and path.
    private static func isTail(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = rest
        if rest.first == ":" {
            let digits = rest.dropFirst().prefix { $0.properties.numericType == .decimal }
            guard 1...5 ~= digits.count else { return false }
            rest = rest[digits.endIndex...]
        }
        return rest.first.map { "/?#".unicodeScalars.contains($0) } ?? true
    }
}
