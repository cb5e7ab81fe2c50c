/// A header like `form-data; name="file"`: a value and its parameters.
struct HeaderValue {
    /// What stands before the first semicolon.
    private(set) var value = ""
    /// By lower-case name; the first of each counts.
    private(set) var parameters: [String: String] = [:]
    /// False when what follows the value could not be read to its end.
    private(set) var isWellFormed = true

    private static let semicolon = UInt8(ascii: ";")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Reads parameters as tokens or quoted strings; in these `\"` and `\\` stand for one character, and any other
    /// backslash for itself, since some programs send Windows paths as they are.
    init(_ text: String) {
        var rest = Array(text.utf8)[...]
        value = Self.trimmed(Self.take(&rest) { $0 == Self.semicolon })
        while rest.popFirst() != nil {
            let name = Self.trimmed(Self.take(&rest) { $0 == UInt8(ascii: "=") || $0 == Self.semicolon }).lowercased()
            guard rest.first == UInt8(ascii: "=") else {
                isWellFormed = isWellFormed && name.isEmpty
                continue
            }
            rest = rest.dropFirst().drop(while: Self.isBlank)
            let parameter: String
            if rest.first == Self.quote {
                guard let quoted = Self.takeQuoted(&rest) else {
                    isWellFormed = false
                    return
                }
                parameter = quoted
                let behind = Self.take(&rest) { $0 == Self.semicolon }
                isWellFormed = isWellFormed && behind.allSatisfy(Self.isBlank)
            } else {
                parameter = Self.trimmed(Self.take(&rest) { $0 == Self.semicolon })
            }
            if parameters[name] == nil { parameters[name] = parameter }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func take(_ rest: inout ArraySlice<UInt8>, until isEnd: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = rest.prefix { !isEnd($0) }
        rest = rest[taken.endIndex...]
        return taken
    }

    private static func takeQuoted(_ rest: inout ArraySlice<UInt8>) -> String? {
        rest.removeFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == backslash, let next = rest.first, next == quote || next == backslash {
                text.append(next)
                rest.removeFirst()
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> String {
        let start = text.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }
        return end.map { String(decoding: start[...$0], as: UTF8.self) } ?? ""
    }
}
