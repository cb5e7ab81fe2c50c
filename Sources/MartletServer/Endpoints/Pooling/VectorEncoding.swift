import MartletJSON

/// How vectors are written into answers.
enum VectorEncoding: String, CaseIterable, Sendable {
    case float, base64

    init(_ reader: inout FieldReader) throws(APIError) {
        let name = try reader.string("encoding_format") ?? "float"
        guard let encoding = VectorEncoding(rawValue: name) else {
            throw .badRequest(
                "`encoding_format` must be float or base64, not \(name)", param: "encoding_format",
                code: "invalid_value")
        }
        self = encoding
        try reader.refuse("embed_dtype", accepted: "\"float32\"") { $0 == "float32" }
        try reader.refuse("endianness", accepted: "\"native\" or \"little\"") { $0 == "native" || $0 == "little" }
    }

    /// An array of numbers, or their little-endian bytes in base64.
    func json(_ vector: [Float]) -> JSONValue {
        switch self {
        case .float: return .array(vector.map { .double(Double($0)) })
        case .base64: return .string(Self.base64(vector))
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func base64(_ vector: [Float]) -> String {
        let bytes = vector.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for digit in 0..<4 {
                text.append(digit <= group.count ? alphabet[word >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
