#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Cuts a `multipart/form-data` body into its parts while it arrives, however the network cuts it.
///
/// Lines end with CR LF only: a bare LF is content, and refused in a part's headers. What follows a boundary on its line
/// may be blanks. A part ends with the next boundary, the body with the one that has two hyphens behind it; what comes
/// before the first boundary and after the last is ignored. It never holds more than a part's headers or, of content,
/// as much as a boundary is long. **Source** RFC 7578, RFC 2046 section 5.1.1.
struct MultipartParser {
    /// What the body says, in order.
    enum Event {
        /// A part begins.
        case part(MultipartHeaders)
        /// Content of the part; the bytes are there during the call only.
        case content(UnsafeBufferPointer<UInt8>)
        /// The part is complete.
        case endOfPart
    }

    private enum State {
        case preamble, afterBoundary(isPadded: Bool), headers, content, epilogue
    }

    private static let cr = UInt8(ascii: "\r")
    private static let lf = UInt8(ascii: "\n")
    private static let hyphen = UInt8(ascii: "-")

    /// CR LF, two hyphens, the boundary.
    private let delimiter: [UInt8]
    private let limits: MultipartLimits
    private var state = State.preamble
    /// Bytes that say something only together with the next ones. The first line follows no line end, so one is made up.
    private var held: [UInt8] = [cr, lf]
    /// How many bytes at the start of what is held were seen already and are no content.
    private var numSpent = 2
    private var numParts = 0
    /// Of the part that is being read, for messages.
    private var name: String?

    init(boundary: MultipartBoundary, limits: MultipartLimits) {
        delimiter = Array("\r\n--".utf8) + boundary.bytes
        self.limits = limits
    }

    /// Bytes that are kept until more arrive.
    var numHeld: Int { held.count }

    /// Takes the next bytes of the body and hands on what they complete.
    mutating func consume(
        _ chunk: UnsafeBufferPointer<UInt8>, _ handle: (Event) throws(APIError) -> Void
    ) throws(APIError) {
        if held.isEmpty { return try parse(chunk, handle) }
        let bytes = held + chunk
        held = []
        let result = bytes.withUnsafeBufferPointer { bytes -> Result<Void, APIError> in
            do throws(APIError) { return .success(try parse(bytes, handle)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Checks that the body is complete.
    func finish() throws(APIError) {
        switch state {
        case .epilogue: return
        case .preamble: throw .malformedForm("the boundary of the Content-Type header does not occur in it")
        case .content: throw .malformedForm("it ends inside the part `\(name ?? "")`", param: name)
        case .headers, .afterBoundary: throw .malformedForm("it ends before the closing boundary")
        }
    }

    private mutating func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, _ handle: (Event) throws(APIError) -> Void
    ) throws(APIError) {
        var position = 0
        while position < bytes.count {
            let next: Int?
            switch state {
            case .preamble, .content: next = try readContent(bytes, from: position, handle)
            case .afterBoundary(let isPadded):
                next = try readBoundaryLine(bytes, from: position, isPadded: isPadded)
            case .headers: next = try readHeaders(bytes, from: position, handle)
            case .epilogue: return
            }
            guard let next else { return }
            position = next
        }
    }

    /// Passes on content up to the next boundary; nil when the rest is used up or held.
    private mutating func readContent(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ handle: (Event) throws(APIError) -> Void
    ) throws(APIError) -> Int? {
        let (end, isDelimiter) = searchDelimiter(bytes, from: start)
        let first = start + numSpent
        var isContent = false
        if case .content = state { isContent = true }
        if isContent, end > first { try handle(.content(UnsafeBufferPointer(rebasing: bytes[first..<end]))) }
        guard isDelimiter else {
            numSpent = max(0, first - end)
            held = Array(bytes[end...])
            return nil
        }
        numSpent = 0
        if isContent { try handle(.endOfPart) }
        state = .afterBoundary(isPadded: false)
        return end + delimiter.count
    }

    /// Where the delimiter begins, or else the bytes that may be its beginning.
    private func searchDelimiter(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (position: Int, isDelimiter: Bool) {
        var position = start
        while position < bytes.count, let base = bytes.baseAddress {
            guard let found = memchr(base + position, Int32(Self.cr), bytes.count - position) else { break }
            position = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            let length = min(delimiter.count, bytes.count - position)
            let isEqual = delimiter.withUnsafeBufferPointer { delimiter in
                delimiter.baseAddress.map { memcmp($0, base + position, length) == 0 } ?? false
            }
            if isEqual { return (position, length == delimiter.count) }
            position += 1
        }
        return (bytes.count, false)
    }

    /// Reads what follows a boundary on its line.
    private mutating func readBoundaryLine(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isPadded: Bool
    ) throws(APIError) -> Int? {
        var position = start
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") {
            position += 1
        }
        let isPadded = isPadded || position > start
        state = .afterBoundary(isPadded: isPadded)
        guard position < bytes.count else { return nil }
        let isLineEnd = bytes[position] == Self.cr
        guard isLineEnd || (bytes[position] == Self.hyphen && !isPadded) else { throw Self.brokenBoundaryLine }
        guard position + 1 < bytes.count else {
            held = [bytes[position]]
            return nil
        }
        guard bytes[position + 1] == (isLineEnd ? Self.lf : Self.hyphen) else { throw Self.brokenBoundaryLine }
        guard isLineEnd else {
            state = .epilogue
            return nil
        }
        numParts += 1
        guard numParts <= limits.maxParts else {
            throw .formTooLarge("it has more than \(limits.maxParts) parts")
        }
        state = .headers
        name = nil
        return position + 2
    }

    private static let brokenBoundaryLine = APIError.malformedForm(
        "a boundary must be followed by a line end or, at the end of the body, by two hyphens")

    /// Reads a part's headers, once they are complete.
    private mutating func readHeaders(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ handle: (Event) throws(APIError) -> Void
    ) throws(APIError) -> Int? {
        let rest = UnsafeBufferPointer(rebasing: bytes[start...])
        // What was searched already cannot have the end, but for its last three bytes.
        guard let end = Self.endOfHeaders(rest, from: max(0, numSpent - 3)) else {
            guard rest.count <= limits.maxHeaderBytes else { throw tooLongHeaders }
            numSpent = rest.count
            held = Array(rest)
            return nil
        }
        guard end <= limits.maxHeaderBytes else { throw tooLongHeaders }
        let headers = try MultipartHeaders(rest.prefix(max(0, end - 4)))
        name = headers.name
        try handle(.part(headers))
        state = .content
        // The line end before an empty part's boundary is the one that ends its headers.
        numSpent = 2
        return start + end - 2
    }

    private var tooLongHeaders: APIError {
        .formTooLarge("the headers of part \(numParts) are longer than \(limits.maxHeaderBytes) bytes")
    }

    /// Behind the empty line that ends headers, which may be the first one.
    private static func endOfHeaders(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        if bytes.count >= 2, bytes[0] == cr, bytes[1] == lf { return 2 }
        guard bytes.count >= 4 else { return nil }
        for position in start..<max(start, bytes.count - 3)
        where bytes[position] == cr && bytes[position + 1] == lf && bytes[position + 2] == cr
            && bytes[position + 3] == lf
        {
            return position + 4
        }
        return nil
    }
}
