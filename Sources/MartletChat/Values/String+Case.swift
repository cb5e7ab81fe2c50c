/// Python's case conversions, which map scalar by scalar and know one rule of context: the final sigma.
extension String {
    var pythonLower: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return lowercased() }
        let scalars = Array(unicodeScalars)
        return scalars.indices.reduce(into: "") { $0 += Self.lower(scalars, at: $1) }
    }

    var pythonUpper: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return uppercased() }
        return unicodeScalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }
    }

    /// First letter upper case, the rest lower case.
    var pythonCapitalized: String {
        let scalars = Array(unicodeScalars)
        return scalars.indices.reduce(into: "") { result, index in
            result += index == 0 ? scalars[0].properties.titlecaseMapping : Self.lower(scalars, at: index)
        }
    }

    /// Letters after letters lower case, others title case.
    var pythonTitle: String {
        let scalars = Array(unicodeScalars)
        var (result, afterLetter) = ("", false)
        for index in scalars.indices {
            result += afterLetter ? Self.lower(scalars, at: index) : scalars[index].properties.titlecaseMapping
            afterLetter = scalars[index].properties.isCased
        }
        return result
    }

    var pythonSwapped: String {
        let scalars = Array(unicodeScalars)
        return scalars.indices.reduce(into: "") { result, index in
            let properties = scalars[index].properties
            if properties.isUppercase {
                result += Self.lower(scalars, at: index)
            } else if properties.isLowercase {
                result += properties.uppercaseMapping
            } else {
                result.unicodeScalars.append(scalars[index])
            }
        }
    }

    /// Full case folding: lower case of upper case, but for the few letters where the two differ.
    var pythonFolded: String {
        unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar.value {
            case 0x131, 0x13A0...0x13F5: result.unicodeScalars.append(scalar)
            case 0x1E9E: result += "ss"
            case 0x130: result += "i\u{307}"
            case 0x13F8...0x13FD: result.unicodeScalars.append(Unicode.Scalar(scalar.value - 8)!)
            case 0xAB70...0xABBF: result.unicodeScalars.append(Unicode.Scalar(scalar.value - 0xAB70 + 0x13A0)!)
            default:
                for upper in scalar.properties.uppercaseMapping.unicodeScalars {
                    result += upper.properties.lowercaseMapping
                }
            }
        }
    }

    private static func lower(_ scalars: [Unicode.Scalar], at index: Int) -> String {
        guard scalars[index].value == 0x3A3 else { return scalars[index].properties.lowercaseMapping }
        return isFinal(scalars, index) ? "\u{3C2}" : "\u{3C3}"
    }

    /// Whether a letter stands before and none after, not counting marks and the like.
    private static func isFinal(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased ?? false && !(after?.properties.isCased ?? false)
    }
}
