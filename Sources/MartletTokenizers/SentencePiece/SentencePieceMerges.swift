/// Byte pair encoding as SentencePiece defines it: two neighbours merge where their text together is a piece.
///
/// Slower than merging by ids, and right for every model: for pieces with characters that are no pieces, and for unused
/// pieces, which merge and are taken apart again at the end.
/// **Source** sentencepiece `bpe_model.cc`.
struct SentencePieceMerges: Sendable {
    private let vocabulary: SpellingTable
    private let userDefined: PrefixMatcher
    private let types: [SentencePieceFile.PieceType]
    /// By rising order pieces merge first.
    private let order: [Int32]

    /// Pieces within unused pieces within unused pieces are taken apart this deep.
    private static let maxDepth = 100

    init(_ pieces: [SentencePieceFile.Piece], vocabulary: SpellingTable, userDefined: PrefixMatcher) {
        self.vocabulary = vocabulary
        self.userDefined = userDefined
        types = pieces.map(\.type)
        order = pieces.map { Self.order(of: $0.score) }
    }

    /// The order of scores, the greatest first, as the library compares their bits: −0 comes after 0.
    static func order(of score: Float) -> Int32 {
        let bits = Int32(bitPattern: score.bitPattern)
        return bits < 0 ? bits & .max : ~bits
    }

    private struct Symbol {
        var start: Int
        var end: Int
        var previous: Int
        var next: Int
        var isFrozen: Bool
    }

    /// Calls `body` with the pieces in order, nil for unknown text.
    func encode(_ text: UnsafeBufferPointer<UInt8>, _ body: (Int32?, Range<Int>) -> Void) {
        var merging = Merging(model: self, text: text)
        merging.run()
        var index = 0
        while index < merging.symbols.count {
            merging.resegment(merging.symbols[index].start..<merging.symbols[index].end, depth: 0, body)
            index = merging.symbols[index].next
        }
    }

    /// One text on its way.
    private struct Merging {
        let model: SentencePieceMerges
        let text: UnsafeBufferPointer<UInt8>
        var symbols: [Symbol] = []
        /// Pairs that may merge, the first of them first: order, left symbol.
        private var agenda = Heap()
        /// Of unused pieces where their left parts ended when last seen.
        private var leftCount: [Int32: Int] = [:]

        init(model: SentencePieceMerges, text: UnsafeBufferPointer<UInt8>) {
            self.model = model
            self.text = text
            var position = 0
            while position < text.count {
                let match = model.userDefined.longestMatch(in: text, at: position)
                let end = position + (match ?? text.characterLength(at: position))
                let index = symbols.count
                symbols.append(
                    Symbol(
                        start: position, end: end, previous: index - 1, next: index + 1, isFrozen: match != nil))
                position = end
            }
        }

        mutating func run() {
            for index in symbols.indices.dropLast() { consider(index, index + 1) }
            while let pair = agenda.pop() {
                let left = pair.left
                let right = symbols[left].next
                // The pair is no longer what it was where one of its parts has merged.
                guard symbols[left].start < symbols[left].end, right < symbols.count,
                    symbols[right].end - symbols[left].start == pair.length
                else { continue }
                symbols[left].end = symbols[right].end
                symbols[right].start = symbols[right].end
                symbols[left].next = symbols[right].next
                if symbols[left].next < symbols.count { symbols[symbols[left].next].previous = left }
                if symbols[left].previous >= 0 { consider(symbols[left].previous, left) }
                if symbols[left].next < symbols.count { consider(left, symbols[left].next) }
            }
        }

        private mutating func consider(_ left: Int, _ right: Int) {
            if symbols[left].isFrozen || symbols[right].isFrozen { return }
            let range = symbols[left].start..<symbols[right].end
            guard let id = piece(range) else { return }
            agenda.push(Pair(order: model.order[Int(id)], left: left, length: range.count))
            if model.types[Int(id)] == .unused { leftCount[id] = symbols[left].end - symbols[left].start }
        }

        /// The ordinary piece that a stretch of the text is.
        private func piece(_ range: Range<Int>) -> Int32? {
            guard let id = model.vocabulary.id(of: UnsafeBufferPointer(rebasing: text[range])) else { return nil }
            switch model.types[Int(id)] {
            case .normal, .userDefined, .unused: return id
            case .unknown, .control, .byte: return nil
            }
        }

        /// Gives out a symbol, an unused piece as its parts.
        func resegment(_ range: Range<Int>, depth: Int, _ body: (Int32?, Range<Int>) -> Void) {
            guard let id = piece(range) else { return body(nil, range) }
            if model.types[Int(id)] != .unused || depth > SentencePieceMerges.maxDepth { return body(id, range) }
            guard let count = leftCount[id] else { return body(nil, range) }
            resegment(range.prefix(count), depth: depth + 1, body)
            resegment(range.dropFirst(count), depth: depth + 1, body)
        }
    }

    private struct Pair: Comparable {
        var order: Int32
        var left: Int
        var length: Int

        static func < (one: Pair, other: Pair) -> Bool { (one.order, one.left) < (other.order, other.left) }
    }

    /// A binary heap, the least pair on top.
    private struct Heap {
        private var pairs: [Pair] = []

        mutating func push(_ pair: Pair) {
            var child = pairs.count
            pairs.append(pair)
            while child > 0, pairs[child] < pairs[(child - 1) / 2] {
                pairs.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func pop() -> Pair? {
            guard let least = pairs.first, let last = pairs.popLast() else { return nil }
            if pairs.isEmpty { return least }
            pairs[0] = last
            var parent = 0
            while true {
                var child = 2 * parent + 1
                if child + 1 < pairs.count, pairs[child + 1] < pairs[child] { child += 1 }
                guard child < pairs.count, pairs[child] < pairs[parent] else { return least }
                pairs.swapAt(parent, child)
                parent = child
            }
        }
    }
}
