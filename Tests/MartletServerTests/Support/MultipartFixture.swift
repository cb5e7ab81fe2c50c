@testable import MartletServer

/// Writes and reads forms in the simplest way there is.
enum MultipartFixture {
    /// One part as it should come out.
    struct Part: Hashable, Sendable {
        var name: String
        var filename: String?
        var content: [UInt8]
    }

    static let boundary = "XbX"

    /// A body with some parts.
    static func body(_ parts: [Part], boundary: String = boundary) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            let filename = part.filename.map { "; filename=\"\($0)\"" } ?? ""
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(filename)\r\n\r\n".utf8
            body += part.content + Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }

    /// Text fields and a file.
    static func form(_ fields: [(String, String)], file: [UInt8]? = Array("RIFF".utf8)) -> [UInt8] {
        let parts = fields.map { Part(name: $0.0, filename: nil, content: Array($0.1.utf8)) }
        return body(parts + (file.map { [Part(name: "file", filename: "a.wav", content: $0)] } ?? []))
    }

    /// The parts of a whole body, searched from its beginning for one delimiter after the other; nil for a body that is
    /// malformed. The twin that `MultipartParser` is compared with.
    static func slowParts(_ body: [UInt8], boundary: String = boundary) -> [Part]? {
        let bytes = Array("\r\n".utf8) + body
        let delimiter = Array("\r\n--\(boundary)".utf8)
        var parts: [Part] = []
        guard var start = position(of: delimiter, in: bytes, from: 0) else { return nil }
        while true {
            start += delimiter.count
            if bytes[start...].starts(with: "--".utf8) { return parts }
            while start < bytes.count, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
            guard bytes[start...].starts(with: "\r\n".utf8) else { return nil }
            start += 2
            let headerEnd: Int
            if bytes[start...].starts(with: "\r\n".utf8) {
                headerEnd = start
            } else if let end = position(of: Array("\r\n\r\n".utf8), in: bytes, from: start) {
                headerEnd = end + 2
            } else {
                return nil
            }
            let lines = bytes[start..<max(start, headerEnd - 2)]
            let headers = lines.withUnsafeBufferPointer { buffer in try? MultipartHeaders(buffer[...]) }
            guard let headers, let next = position(of: delimiter, in: bytes, from: headerEnd) else { return nil }
            let content = headerEnd + 2 < next ? Array(bytes[(headerEnd + 2)..<next]) : []
            parts.append(Part(name: headers.name, filename: headers.filename, content: content))
            start = next
        }
    }

    private static func position(of needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        return (start..<max(start, bytes.count - needle.count + 1)).first {
            bytes[$0..<($0 + needle.count)].elementsEqual(needle)
        }
    }

    /// The parts `MultipartParser` finds in chunks, and the most bytes it held; nil for a body it refuses.
    static func parts(
        _ chunks: [[UInt8]], boundary: String = boundary,
        limits: MultipartLimits = MultipartLimits(maxFileBytes: 1 << 20)
    ) -> (parts: [Part], maxHeld: Int)? {
        guard let boundary = try? MultipartBoundary(boundary) else { return nil }
        var parser = MultipartParser(boundary: boundary, limits: limits)
        var parts: [Part] = []
        var isOpen = false
        var maxHeld = 0
        do throws(APIError) {
            for chunk in chunks {
                let outcome = chunk.withUnsafeBufferPointer { bytes -> Result<Void, APIError> in
                    do throws(APIError) {
                        return .success(
                            try parser.consume(bytes) { event in
                                switch event {
                                case .part(let headers):
                                    precondition(!isOpen)
                                    isOpen = true
                                    parts.append(Part(name: headers.name, filename: headers.filename, content: []))
                                case .content(let bytes):
                                    precondition(isOpen && !bytes.isEmpty)
                                    parts[parts.count - 1].content += bytes
                                case .endOfPart:
                                    precondition(isOpen)
                                    isOpen = false
                                }
                            })
                    } catch {
                        return .failure(error)
                    }
                }
                try outcome.get()
                maxHeld = max(maxHeld, parser.numHeld)
            }
            try parser.finish()
        } catch {
            return nil
        }
        return (parts, maxHeld)
    }
}

/// Equal numbers for equal seeds.
struct MultipartRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
