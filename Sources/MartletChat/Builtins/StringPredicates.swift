/// Python's `str.is…` methods.
enum StringPredicates {
    /// Whether `text` is so; nil for a name that is no predicate.
    static func evaluate(_ name: String, _ text: String) -> Bool? {
        let scalars = text.unicodeScalars
        switch name {
        case "isascii": return scalars.allSatisfy(\.isASCII)
        case "isprintable": return scalars.allSatisfy(\.isPythonPrintable)
        case "isspace": return !scalars.isEmpty && scalars.allSatisfy(PythonWhitespace.contains)
        case "isalpha": return !scalars.isEmpty && scalars.allSatisfy(isLetter)
        case "isalnum": return !scalars.isEmpty && scalars.allSatisfy(isAlphanumeric)
        case "isdecimal": return !scalars.isEmpty && scalars.allSatisfy { $0.properties.numericType == .decimal }
        case "isdigit":
            return !scalars.isEmpty
                && scalars.allSatisfy { [.decimal, .digit].contains($0.properties.numericType) }
        case "isnumeric": return !scalars.isEmpty && scalars.allSatisfy(isNumeric)
        case "islower": return isCased(scalars, \.isLowercase, not: \.isUppercase)
        case "isupper": return isCased(scalars, \.isUppercase, not: \.isLowercase)
        case "istitle": return isTitle(scalars)
        case "isidentifier":
            guard let first = scalars.first else { return false }
            return (first == "_" || first.properties.isXIDStart)
                && scalars.dropFirst().allSatisfy { $0.properties.isXIDContinue }
        default: return nil
        }
    }

    static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool { isLetter(scalar) || isNumeric(scalar) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    private static func isNumeric(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType != nil }

    private static func isCased(
        _ scalars: String.UnicodeScalarView, _ wanted: KeyPath<Unicode.Scalar.Properties, Bool>,
        not other: KeyPath<Unicode.Scalar.Properties, Bool>
    ) -> Bool {
        scalars.contains { $0.properties[keyPath: wanted] } && !scalars.contains { $0.properties[keyPath: other] }
    }

    private static func isTitle(_ scalars: String.UnicodeScalarView) -> Bool {
        var (afterCased, hasCased) = (false, false)
        for scalar in scalars {
            if scalar.properties.isUppercase {
                if afterCased { return false }
            } else if scalar.properties.isLowercase {
                if !afterCased { return false }
            } else {
                afterCased = false
                continue
            }
            (afterCased, hasCased) = (true, true)
        }
        return hasCased
    }
}
