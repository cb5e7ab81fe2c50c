/// The name in a call's or parameter's opening tag.
struct TagName {
    enum Result {
        case found(TagName)
        case incomplete
        case malformed
    }

    var name: String
    /// False where a parameter says that its value is no text.
    var isText: Bool

    /// Longer tags are malformed.
    private static let maxLength = 1024

    /// Reads from behind `<invoke name=` to behind `>`; where the result is not a name the cursor stays.
    static func read(_ cursor: inout TagCursor, _ spelling: TagSpelling) -> Result {
        let text = cursor.text
        let limit = min(text.endIndex, cursor.index + maxLength)
        var position = cursor.index
        var quote: UInt8?
        if spelling.quotesNames {
            while position < limit, TagCursor.isSpace(text[position]) { position += 1 }
            if position < limit, text[position] == UInt8(ascii: "\"") || text[position] == UInt8(ascii: "'") {
                quote = text[position]
                position += 1
            }
        }
        let start = position
        while position < limit, !ends(text[position], quote) {
            guard text[position] != UInt8(ascii: "<") || quote != nil else { return .malformed }
            position += 1
        }
        let name = text[start..<position]
        if quote != nil, position < limit { position += 1 }
        let undecided: Result = limit == text.endIndex && !cursor.isFinal ? .incomplete : .malformed
        guard text[position..<limit].contains(UInt8(ascii: ">")) else { return undecided }
        var isText = true
        if spelling.hasStringAttribute {
            guard let value = stringAttribute(text, &position, limit) else { return undecided }
            isText = value
        }
        while position < limit, TagCursor.isSpace(text[position]) { position += 1 }
        guard position < limit else { return undecided }
        guard text[position] == UInt8(ascii: ">") else { return .malformed }
        cursor.index = position + 1
        return .found(TagName(name: String(decoding: name, as: UTF8.self).stripped(nil), isText: isText))
    }

    private static func ends(_ byte: UInt8, _ quote: UInt8?) -> Bool {
        if let quote { return byte == quote }
        return byte == UInt8(ascii: ">")
    }

    /// Skips ` string="true"`, nil where it does not end; a parameter without the attribute may be anything.
    private static func stringAttribute(_ text: ArraySlice<UInt8>, _ position: inout Int, _ limit: Int) -> Bool? {
        var start = position
        while start < limit, TagCursor.isSpace(text[start]) { start += 1 }
        let attribute = Array("string=\"".utf8)
        guard start > position, text[start..<limit].starts(with: attribute) else { return false }
        let value = text[(start + attribute.count)..<limit]
        guard let end = value.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        position = end + 1
        return value[..<end].elementsEqual("true".utf8)
    }
}
