/// Reads one HTTP/1.1 response from bytes that arrive in pieces: head, then a body by chunks, by length or to the end.
struct HTTPResponseParser {
    /// What is wrong with a response.
    struct Malformed: Error, Hashable {
        var message: String
    }

    private enum Phase: Hashable {
        case head
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailer
        case body(left: Int)
        case untilClose
        case done
    }

    /// The status, once the head is complete.
    private(set) var status: Int?
    private var phase = Phase.head
    private var buffer: [UInt8] = []

    /// True when the whole response has come.
    var isDone: Bool { phase == .done }

    /// True when the response ends where the connection does.
    var endsWithConnection: Bool { phase == .untilClose }

    /// Takes in bytes and gives those of the body among them.
    mutating func push(_ bytes: some Sequence<UInt8>) throws(Malformed) -> [UInt8] {
        buffer += bytes
        var body: [UInt8] = []
        while try step(&body) {}
        return body
    }

    /// Does one thing; false when more bytes are needed.
    private mutating func step(_ body: inout [UInt8]) throws(Malformed) -> Bool {
        switch phase {
        case .head:
            guard let line = takeLine() else { return false }
            try readHead(line)
        case .chunkSize:
            guard let line = takeLine() else { return false }
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let size = Int(digits, radix: 16), size >= 0 else { throw Malformed(message: "chunk size \(line)") }
            phase = size == 0 ? .trailer : .chunk(left: size)
        case .chunk(let left):
            guard let rest = take(left, into: &body) else { return false }
            phase = rest == 0 ? .chunkEnd : .chunk(left: rest)
        case .chunkEnd:
            guard let line = takeLine() else { return false }
            guard line.isEmpty else { throw Malformed(message: "a chunk is longer than its size") }
            phase = .chunkSize
        case .trailer:
            guard let line = takeLine() else { return false }
            if line.isEmpty { phase = .done }
        case .body(let left):
            guard let rest = take(left, into: &body) else { return false }
            phase = rest == 0 ? .done : .body(left: rest)
        case .untilClose:
            body += buffer
            buffer = []
            return false
        case .done:
            return false
        }
        return true
    }

    private var bodyPhase = Phase.untilClose

    private mutating func readHead(_ line: String) throws(Malformed) {
        if status == nil {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]) else {
                throw Malformed(message: "no HTTP status line: \(line)")
            }
            status = code
        } else if line.isEmpty {
            phase = bodyPhase
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "transfer-encoding" where value.lowercased().contains("chunked"): bodyPhase = .chunkSize
            case "content-length":
                guard let count = Int(value), count >= 0 else { throw Malformed(message: "content-length \(value)") }
                if bodyPhase != .chunkSize { bodyPhase = count == 0 ? .done : .body(left: count) }
            default: break
            }
        }
    }

    /// Moves up to `count` bytes to `body` and gives how many are missing; nil when there is no byte at all.
    private mutating func take(_ count: Int, into body: inout [UInt8]) -> Int? {
        guard !buffer.isEmpty else { return nil }
        let here = min(count, buffer.count)
        body += buffer.prefix(here)
        buffer.removeFirst(here)
        return count - here
    }

    private mutating func takeLine() -> String? {
        guard let end = buffer.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = buffer[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        buffer.removeFirst(end + 1)
        return text
    }
}
