/// Follows a JSON object or array through text that comes in pieces, to find where it ends or stops being JSON.
///
/// Brackets, strings, commas and colons are checked as they come. Whether numbers, literals and escapes are spelled
/// right is left to whoever reads the value when it is complete.
struct JSONBoundary: Sendable {
    enum Result: Equatable {
        case incomplete
        /// The value's last byte lies before this index.
        case complete(end: Int)
        /// The byte at this index cannot stand there.
        case invalid(at: Int)
    }

    private enum Expectation {
        case value, firstElementOrEnd, firstKeyOrEnd, key, colon, separatorOrEnd
    }

    private enum Position {
        case between(Expectation)
        case string(isKey: Bool)
        case escape(isKey: Bool)
        case scalar
    }

    /// As deep as `JSONReader` goes.
    private static let maxDepth = 512

    /// The open containers; true for objects.
    private var containers: [Bool] = []
    private var position = Position.between(.value)

    /// True until the value has begun.
    var isEmpty: Bool { containers.isEmpty }

    /// Reads on from `index`, which moves past all that was looked at.
    mutating func read(_ text: ArraySlice<UInt8>, from index: inout Int) -> Result {
        while index < text.endIndex {
            let byte = text[index]
            switch position {
            case .between(let expectation):
                if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { break }
                guard begin(byte, expectation) else { return .invalid(at: index) }
                if containers.isEmpty {
                    index += 1
                    return .complete(end: index)
                }
            case .string(let isKey):
                switch byte {
                case UInt8(ascii: "\""): position = .between(isKey ? .colon : .separatorOrEnd)
                case UInt8(ascii: "\\"): position = .escape(isKey: isKey)
                case ..<0x20: return .invalid(at: index)
                default: break
                }
            case .escape(let isKey):
                guard byte >= 0x20 && byte < 0x80 else { return .invalid(at: index) }
                position = .string(isKey: isKey)
            case .scalar:
                if !Self.isScalar(byte) {
                    position = .between(.separatorOrEnd)
                    continue
                }
            }
            index += 1
        }
        return .incomplete
    }

    /// Takes a byte between two values; false if it cannot stand there.
    private mutating func begin(_ byte: UInt8, _ expectation: Expectation) -> Bool {
        switch (byte, expectation) {
        case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .firstElementOrEnd): return open(isObject: true)
        case (UInt8(ascii: "["), .value), (UInt8(ascii: "["), .firstElementOrEnd): return open(isObject: false)
        case (UInt8(ascii: "}"), .firstKeyOrEnd), (UInt8(ascii: "}"), .separatorOrEnd): return close(isObject: true)
        case (UInt8(ascii: "]"), .firstElementOrEnd), (UInt8(ascii: "]"), .separatorOrEnd):
            return close(isObject: false)
        case (UInt8(ascii: "\""), .firstKeyOrEnd), (UInt8(ascii: "\""), .key): position = .string(isKey: true)
        case (UInt8(ascii: ":"), .colon): position = .between(.value)
        case (UInt8(ascii: ","), .separatorOrEnd): position = .between(containers.last! ? .key : .value)
        case (_, .value), (_, .firstElementOrEnd):
            guard !containers.isEmpty else { return false }
            if byte == UInt8(ascii: "\"") {
                position = .string(isKey: false)
            } else if byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) || "tfn".utf8.contains(byte) {
                position = .scalar
            } else {
                return false
            }
        default: return false
        }
        return true
    }

    private mutating func open(isObject: Bool) -> Bool {
        guard containers.count < Self.maxDepth else { return false }
        containers.append(isObject)
        position = .between(isObject ? .firstKeyOrEnd : .firstElementOrEnd)
        return true
    }

    private mutating func close(isObject: Bool) -> Bool {
        guard containers.last == isObject else { return false }
        containers.removeLast()
        position = .between(.separatorOrEnd)
        return true
    }

    /// A byte that can be part of a number, true, false or null.
    private static func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
        default: false
        }
    }
}
