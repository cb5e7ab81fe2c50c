/// Reads Gemma's calls: `call:name{key:DvalueD,count:42,list:[DaD],nested:{flag:true}}`, D delimiting texts.
///
/// What is not delimited is text as well, to be typed by the tool's schema.
///
/// **Source** vLLM `parser/gemma4.py`.
struct GemmaArguments {
    private let bytes: [UInt8]
    private var index = 0
    private let delimiter: [UInt8]
    private var depth = 0
    private static let maxDepth = 100

    private init(_ text: ArraySlice<UInt8>, delimiter: String) {
        bytes = Array(text)
        self.delimiter = Array(delimiter.utf8)
    }

    /// The call's name and arguments; nil where the text is no call.
    static func call(_ text: ArraySlice<UInt8>, delimiter: String) -> (name: String, arguments: ArgumentMembers)? {
        var reader = GemmaArguments(text, delimiter: delimiter)
        return reader.call()
    }

    private mutating func call() -> (name: String, arguments: ArgumentMembers)? {
        skip(Self.space)
        // Some checkpoints leave the word out.
        guard take(Array("call:".utf8)) || take([UInt8(ascii: ":")]) else { return nil }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "{"), bytes[index] != UInt8(ascii: "(") { index += 1 }
        let name = String(decoding: bytes[start..<index], as: UTF8.self).stripped(nil)
        guard !name.isEmpty, !name.utf8.contains(where: { "<>{}\"' \n".utf8.contains($0) }), index < bytes.count else {
            return nil
        }
        let closing = bytes[index] == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: ")")
        index += 1
        guard let members = members(closing: closing) else { return nil }
        skip(Self.space)
        return index == bytes.count ? (name, members) : nil
    }

    /// The members up to the closing bracket, which may be missing at the end of the text.
    private mutating func members(closing: UInt8) -> ArgumentMembers? {
        var members = ArgumentMembers()
        while true {
            skip(Self.separators)
            if index == bytes.count { return depth == 0 ? members : nil }
            if bytes[index] == closing {
                index += 1
                return members
            }
            guard let key = key() else { return nil }
            skip(Self.space)
            guard let value = value(closing: closing) else { return nil }
            members.set(key, value)
        }
    }

    private mutating func key() -> String? {
        if let text = delimited() {
            return take([UInt8(ascii: ":")]) ? text : nil
        }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
            guard !"{}[],".utf8.contains(bytes[index]) else { return nil }
            index += 1
        }
        guard index < bytes.count else { return nil }
        index += 1
        return String(decoding: bytes[start..<index - 1], as: UTF8.self).stripped(nil)
    }

    private mutating func value(closing: UInt8) -> PythonJSON? {
        guard index < bytes.count else { return .string("") }
        if bytes[index..<min(index + delimiter.count, bytes.count)].elementsEqual(delimiter) {
            return delimited().map { .string($0) }
        }
        switch bytes[index] {
        case closing: return .string("")
        case UInt8(ascii: "{"):
            guard enter(), let members = members(closing: UInt8(ascii: "}")) else { return nil }
            depth -= 1
            return .object(members.members)
        case UInt8(ascii: "["):
            guard enter() else { return nil }
            defer { depth -= 1 }
            return elements()
        default: return bare(closing: closing)
        }
    }

    private mutating func elements() -> PythonJSON? {
        var elements: [PythonJSON] = []
        while true {
            skip(Self.separators)
            guard index < bytes.count else { return nil }
            if bytes[index] == UInt8(ascii: "]") {
                index += 1
                return .array(elements)
            }
            guard let value = value(closing: UInt8(ascii: "]")) else { return nil }
            elements.append(value)
        }
    }

    private mutating func bare(closing: UInt8) -> PythonJSON? {
        let start = index
        while index < bytes.count, !",}]".utf8.contains(bytes[index]), bytes[index] != closing { index += 1 }
        guard index > start else { return nil }
        return .string(String(decoding: bytes[start..<index], as: UTF8.self).stripped(nil))
    }

    /// A delimited text, nil where none begins here or it does not end.
    private mutating func delimited() -> String? {
        let start = index
        guard take(delimiter) else { return nil }
        let begin = index
        while index < bytes.count {
            let end = index
            if take(delimiter) { return String(decoding: bytes[begin..<end], as: UTF8.self) }
            index += 1
        }
        index = start
        return nil
    }

    private mutating func enter() -> Bool {
        index += 1
        depth += 1
        return depth <= Self.maxDepth
    }

    private static let space = Array(" \n\t".utf8)
    private static let separators = Array(" ,\n\t".utf8)

    private mutating func skip(_ characters: [UInt8]) {
        while index < bytes.count, characters.contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ literal: [UInt8]) -> Bool {
        guard bytes[index...].starts(with: literal) else { return false }
        index += literal.count
        return true
    }
}
