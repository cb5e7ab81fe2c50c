import MartletJSON

/// A JSON value as Python's `json.loads` has it, to be spelled as `json.dumps(value, ensure_ascii=False)` spells it.
///
/// Integers keep all their digits; of equal keys the last value counts, in the first's place. What strict JSON does not
/// allow (NaN, infinities, lone surrogates) is refused, since no client could read it.
enum PythonJSON: Sendable {
    /// A number, true, false or null as Python writes it.
    case scalar(String)
    case string(String)
    case array([PythonJSON])
    case object([(key: String, value: PythonJSON)])

    /// Reads one JSON text; nil if it is not one.
    init?(_ text: ArraySlice<UInt8>) {
        let value = text.withUnsafeBufferPointer { bytes -> PythonJSON? in
            var reader = JSONPullReader(bytes)
            do throws(JSONError) {
                let value = try Self.read(&reader, bytes)
                try reader.finish()
                return value
            } catch {
                return nil
            }
        }
        guard let value else { return nil }
        self = value
    }

    private static func read(
        _ reader: inout JSONPullReader, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(JSONError) -> PythonJSON {
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            var members: [(key: String, value: PythonJSON)] = []
            var places: [[UInt8]: Int] = [:]
            while let key = try reader.nextKey({ Array($0) }) {
                let value = try read(&reader, bytes)
                if let place = places[key] {
                    members[place].value = value
                } else {
                    places[key] = members.count
                    members.append((String(decoding: key, as: UTF8.self), value))
                }
            }
            return .object(members)
        case .array:
            try reader.beginArray()
            var elements: [PythonJSON] = []
            while try reader.nextElement() { elements.append(try read(&reader, bytes)) }
            return .array(elements)
        case .string: return .string(try reader.string { String(decoding: $0, as: UTF8.self) })
        case .number, .bool, .null:
            let start = reader.offset
            try reader.skip()
            return .scalar(spelling(String(decoding: bytes[start..<reader.offset], as: UTF8.self)))
        }
    }

    /// Python's spelling of a number; true, false and null stay.
    private static func spelling(_ scalar: String) -> String {
        guard let first = scalar.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            return scalar
        }
        if scalar.utf8.contains(where: { ".eE".utf8.contains($0) }) {
            return Double(scalar).map(PythonFloat.repr) ?? scalar
        }
        return scalar == "-0" ? "0" : scalar
    }
}

extension PythonJSON {
    /// The member named `key` of an object.
    subscript(key: String) -> PythonJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The string, or nil for another kind.
    var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The text `json.dumps(ensure_ascii=False)` gives.
    var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .scalar(let text): bytes += text.utf8
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes += ", ".utf8 }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes += ", ".utf8 }
                Self.write(member.key, to: &bytes)
                bytes += ": ".utf8
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0x0D: bytes += "\\r".utf8
            case ..<0x20: bytes += "\\u00\(byte < 0x10 ? "0" : "1")\(String(byte & 15, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
