/// Number literals of Python, in the spelling of `json.dumps`.
enum PythonLiteralNumber {
    /// Reads the number at `index` and moves behind it; nil where none begins or JSON has no such number.
    static func read(_ bytes: [UInt8], _ index: inout Int) -> String? {
        var end = index
        while end < bytes.count, belongs(bytes, end, start: index) { end += 1 }
        let text = String(decoding: bytes[index..<end], as: UTF8.self)
        guard let number = value(text) else { return nil }
        index = end
        return number
    }

    private static func belongs(_ bytes: [UInt8], _ index: Int, start: Int) -> Bool {
        let byte = bytes[index]
        if byte == UInt8(ascii: ".") || PythonLiteral.isWordByte(byte) { return true }
        guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"), index > start else { return false }
        let isHex = index > start + 1 && bytes[start] == UInt8(ascii: "0") && bytes[start + 1] | 0x20 == 0x78
        return bytes[index - 1] | 0x20 == UInt8(ascii: "e") && !isHex
    }

    private static func value(_ text: String) -> String? {
        let radixes: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2)]
        let lower = text.lowercased()
        for (prefix, radix) in radixes where lower.hasPrefix(prefix) {
            return UInt64(lower.dropFirst(2).filter { $0 != "_" }, radix: radix).map { String($0) }
        }
        let isInteger = lower.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
        if isInteger {
            guard let value = PythonNumber.integer(text) else { return nil }
            // Python refuses leading zeros, except in zero itself.
            return value == "0" || !lower.hasPrefix("0") ? value : nil
        }
        return PythonNumber.float(text).map { PythonFloat.repr($0) }
    }
}
