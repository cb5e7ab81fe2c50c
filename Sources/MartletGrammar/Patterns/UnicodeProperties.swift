/// The sets of `\p{...}`: general categories, binary properties and common scripts, by the names of UAX #44.
struct UnicodeProperties {
    /// Sets by name, because finding one looks at every scalar.
    private var known: [String: ScalarSet] = [:]

    /// The set of `name`, `General_Category=name`, `Script=name` and their short spellings. Case, spaces, hyphens and
    /// underscores in names do not matter.
    mutating func named(_ name: String) -> ScalarSet? {
        let key = Self.key(name)
        if let set = known[key] { return set }
        let set = Self.find(key)
        known[key] = set
        return set
    }

    private static func find(_ name: String) -> ScalarSet? {
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "=" || $0 == ":" }.map { String($0) }
        if parts.count == 2 {
            switch parts[0] {
            case "gc", "generalcategory", "category": return category(parts[1])
            case "sc", "script": return UnicodeScripts.named(parts[1])
            default: return nil
            }
        }
        guard parts.count == 1 else { return nil }
        var name = parts[0]
        if let set = category(name) ?? binary(name) ?? UnicodeScripts.named(name) { return set }
        // `\p{IsGreek}`, as Java and .NET have it.
        guard name.hasPrefix("is") else { return nil }
        name.removeFirst(2)
        return category(name) ?? binary(name) ?? UnicodeScripts.named(name)
    }

    private static func key(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.filter { !"_- ".unicodeScalars.contains($0) })).lowercased()
    }

    // MARK: - General categories

    private static let categoryNames: [(String, String, Unicode.GeneralCategory)] = [
        ("lu", "uppercaseletter", .uppercaseLetter), ("ll", "lowercaseletter", .lowercaseLetter),
        ("lt", "titlecaseletter", .titlecaseLetter), ("lm", "modifierletter", .modifierLetter),
        ("lo", "otherletter", .otherLetter), ("mn", "nonspacingmark", .nonspacingMark),
        ("mc", "spacingmark", .spacingMark), ("me", "enclosingmark", .enclosingMark),
        ("nd", "decimalnumber", .decimalNumber), ("nl", "letternumber", .letterNumber),
        ("no", "othernumber", .otherNumber), ("pc", "connectorpunctuation", .connectorPunctuation),
        ("pd", "dashpunctuation", .dashPunctuation), ("ps", "openpunctuation", .openPunctuation),
        ("pe", "closepunctuation", .closePunctuation), ("pi", "initialpunctuation", .initialPunctuation),
        ("pf", "finalpunctuation", .finalPunctuation), ("po", "otherpunctuation", .otherPunctuation),
        ("sm", "mathsymbol", .mathSymbol), ("sc", "currencysymbol", .currencySymbol),
        ("sk", "modifiersymbol", .modifierSymbol), ("so", "othersymbol", .otherSymbol),
        ("zs", "spaceseparator", .spaceSeparator), ("zl", "lineseparator", .lineSeparator),
        ("zp", "paragraphseparator", .paragraphSeparator), ("cc", "control", .control), ("cf", "format", .format),
        ("co", "privateuse", .privateUse), ("cn", "unassigned", .unassigned), ("cs", "surrogate", .surrogate),
    ]

    /// Names of several categories: those whose short names begin with the letter.
    private static let groupNames = [
        "l": "l", "letter": "l", "m": "m", "mark": "m", "combiningmark": "m", "n": "n", "number": "n", "p": "p",
        "punctuation": "p", "s": "s", "symbol": "s", "z": "z", "separator": "z", "c": "c", "other": "c",
    ]
    private static let aliases = ["digit": "nd", "cntrl": "cc", "punct": "p"]

    private static func category(_ name: String) -> ScalarSet? {
        let name = aliases[name] ?? name
        if let initial = groupNames[name] {
            return ScalarSet(
                categoryNames.filter { $0.0.hasPrefix(initial) }.flatMap { categories[$0.2]?.ranges ?? [] })
        }
        if name == "lc" || name == "casedletter" {
            return ScalarSet(["lu", "ll", "lt"].flatMap { category($0)?.ranges ?? [] })
        }
        guard let known = categoryNames.first(where: { $0.0 == name || $0.1 == name }) else { return nil }
        return categories[known.2] ?? ScalarSet([])
    }

    /// The scalars of each general category, found by asking for every scalar once.
    private static let categories: [Unicode.GeneralCategory: ScalarSet] = {
        var ranges: [Unicode.GeneralCategory: [ClosedRange<UInt32>]] = [:]
        var (first, last) = (UInt32(0), Unicode.GeneralCategory.control)
        for value in UInt32(1)...0x10FFFF {
            let category = Unicode.Scalar(value)?.properties.generalCategory ?? .surrogate
            if category == last { continue }
            ranges[last, default: []].append(first...(value - 1))
            (first, last) = (value, category)
        }
        ranges[last, default: []].append(first...0x10FFFF)
        return ranges.mapValues { ScalarSet($0) }
    }()

    // MARK: - Binary properties

    private static func binary(_ name: String) -> ScalarSet? {
        switch name {
        case "any": return .all
        case "ascii": return ScalarSet([0...0x7F])
        case "assigned": return category("cn")?.complement
        case "alnum": return category("nd").flatMap { binary("alpha")?.union($0) }
        default: break
        }
        guard let has = predicates[name] else { return nil }
        var ranges: [ClosedRange<UInt32>] = []
        var first: UInt32?
        for value in UInt32(0)...0x10FFFF {
            let isMember = Unicode.Scalar(value).map { has($0.properties) } ?? false
            if isMember, first == nil { first = value }
            if !isMember, let begin = first {
                ranges.append(begin...(value - 1))
                first = nil
            }
        }
        if let first { ranges.append(first...0x10FFFF) }
        return ScalarSet(ranges)
    }

    private typealias Predicate = @Sendable (Unicode.Scalar.Properties) -> Bool

    private static let predicates: [String: Predicate] = [
        "alphabetic": { $0.isAlphabetic }, "alpha": { $0.isAlphabetic },
        "lowercase": { $0.isLowercase }, "lower": { $0.isLowercase },
        "uppercase": { $0.isUppercase }, "upper": { $0.isUppercase },
        "whitespace": { $0.isWhitespace }, "wspace": { $0.isWhitespace }, "space": { $0.isWhitespace },
        "cased": { $0.isCased }, "caseignorable": { $0.isCaseIgnorable }, "dash": { $0.isDash },
        "diacritic": { $0.isDiacritic }, "dia": { $0.isDiacritic }, "emoji": { $0.isEmoji },
        "emojimodifier": { $0.isEmojiModifier }, "emojimodifierbase": { $0.isEmojiModifierBase },
        "emojipresentation": { $0.isEmojiPresentation }, "extender": { $0.isExtender },
        "hexdigit": { $0.isHexDigit }, "asciihexdigit": { $0.isASCIIHexDigit }, "ahex": { $0.isASCIIHexDigit },
        "idstart": { $0.isIDStart }, "ids": { $0.isIDStart }, "idcontinue": { $0.isIDContinue },
        "idc": { $0.isIDContinue }, "xidstart": { $0.isXIDStart }, "xids": { $0.isXIDStart },
        "xidcontinue": { $0.isXIDContinue }, "xidc": { $0.isXIDContinue }, "ideographic": { $0.isIdeographic },
        "ideo": { $0.isIdeographic }, "math": { $0.isMath }, "quotationmark": { $0.isQuotationMark },
        "noncharactercodepoint": { $0.isNoncharacterCodePoint }, "joincontrol": { $0.isJoinControl },
        "variationselector": { $0.isVariationSelector },
        "defaultignorablecodepoint": { $0.isDefaultIgnorableCodePoint },
        "graphemebase": { $0.isGraphemeBase }, "graphemeextend": { $0.isGraphemeExtend },
        "unifiedideograph": { $0.isUnifiedIdeograph }, "radical": { $0.isRadical },
        "sentenceterminal": { $0.isSentenceTerminal }, "patternwhitespace": { $0.isPatternWhitespace },
    ]
}
