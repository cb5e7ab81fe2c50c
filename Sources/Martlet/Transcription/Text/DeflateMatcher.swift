/// Finds what zlib's level 6 would write for some bytes, and how long that is; writes nothing.
///
/// The stream is zlib's bit for bit up to 65,274 bytes, after which zlib moves its window.
///
/// **Source** RFC 1951 for the format, zlib's `deflate_slow` and `longest_match` for which matches are taken.
struct DeflateMatcher {
    /// zlib's settings of level 6.
    private enum Level {
        static let goodLength = 8
        static let maxLazy = 16
        static let niceLength = 128
        static let maxChain = 128
    }

    private static let minMatch = 3
    private static let maxMatch = 258
    private static let maxDistance = (1 << 15) - (maxMatch + minMatch + 1)
    /// A match of the least length is not worth a distance beyond this.
    private static let tooFar = 4096
    private static let hashMask = (1 << 15) - 1

    private let bytes: [UInt8]
    private var counter = DeflateBlockCounter()
    /// Last position of every hash; 0 is none, so the first byte is never found.
    private var head = [Int32](repeating: 0, count: hashMask + 1)
    private var previous: [Int32]
    private var position = 0
    private var matchStart = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        previous = [Int32](repeating: 0, count: bytes.count)
    }

    /// Bytes of the deflated stream, without zlib's header and checksum.
    static func deflatedLength(of bytes: [UInt8]) -> Int {
        var matcher = DeflateMatcher(bytes)
        return matcher.run()
    }

    private mutating func run() -> Int {
        var matchLength = Self.minMatch - 1
        // The byte before the position is not written yet: the match that begins here may be longer than its own.
        var hasByteBefore = false
        while position < bytes.count {
            let candidate = insert()
            let (lengthBefore, startBefore) = (matchLength, matchStart)
            matchLength = Self.minMatch - 1
            if candidate != 0, lengthBefore < Level.maxLazy, position - candidate <= Self.maxDistance {
                matchLength = longestMatch(candidate, beating: lengthBefore)
                if matchLength == Self.minMatch, position - matchStart > Self.tooFar {
                    matchLength = Self.minMatch - 1
                }
            }
            if lengthBefore >= Self.minMatch, matchLength <= lengthBefore {
                counter.addMatch(length: lengthBefore, distance: position - 1 - startBefore)
                for _ in 0..<lengthBefore - 2 {
                    position += 1
                    _ = insert()
                }
                position += 1
                hasByteBefore = false
                matchLength = Self.minMatch - 1
                counter.endBlockIfFull(at: position)
            } else {
                if hasByteBefore {
                    counter.addLiteral(bytes[position - 1])
                    counter.endBlockIfFull(at: position)
                }
                hasByteBefore = true
                position += 1
            }
        }
        if hasByteBefore { counter.addLiteral(bytes[position - 1]) }
        return counter.finish(at: position)
    }

    /// Enters the position into the table of what came before; gives the last position of the same hash, 0 if none.
    private mutating func insert() -> Int {
        guard position + Self.minMatch <= bytes.count else { return 0 }
        let (first, second, third) = (bytes[position], bytes[position + 1], bytes[position + 2])
        let hash = (Int(first) << 10 ^ Int(second) << 5 ^ Int(third)) & Self.hashMask
        let candidate = head[hash]
        previous[position] = candidate
        head[hash] = Int32(position)
        return Int(candidate)
    }

    /// The length of the longest match that begins at the position, or `length` if none is longer; sets `matchStart`.
    private mutating func longestMatch(_ candidate: Int, beating length: Int) -> Int {
        let numLeft = bytes.count - position
        let nice = min(Level.niceLength, numLeft)
        let mostLength = min(Self.maxMatch, numLeft)
        var chain = length >= Level.goodLength ? Level.maxChain >> 2 : Level.maxChain
        var (best, match) = (length, candidate)
        while best < numLeft {
            if bytes[match + best] == bytes[position + best] {
                let found = commonLength(match, most: mostLength)
                if found > best {
                    matchStart = match
                    best = found
                    if found >= nice { break }
                }
            }
            match = Int(previous[match])
            chain -= 1
            if match == 0 || position - match >= Self.maxDistance || chain == 0 { break }
        }
        return min(best, numLeft)
    }

    private func commonLength(_ match: Int, most: Int) -> Int {
        var length = 0
        while length < most, bytes[match + length] == bytes[position + length] { length += 1 }
        return length
    }
}
