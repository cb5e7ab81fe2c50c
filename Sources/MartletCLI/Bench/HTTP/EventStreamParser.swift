/// Cuts a body of server-sent events into the texts of their `data` lines.
struct EventStreamParser {
    private var buffer: [UInt8] = []

    /// Takes in bytes and gives the data that is complete.
    mutating func push(_ bytes: [UInt8]) -> [String] {
        buffer += bytes
        var data: [String] = []
        while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
            var line = buffer[..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            let text = String(decoding: line, as: UTF8.self)
            buffer.removeFirst(end + 1)
            guard text.hasPrefix("data:") else { continue }
            data.append(String(text.dropFirst(5).drop { $0 == " " }))
        }
        return data
    }
}
