/// Counts the bits of deflate's blocks, each stored, with fixed or with its own codes, whichever zlib takes.
///
/// **Source** RFC 1951, zlib's `_tr_flush_block`.
struct DeflateBlockCounter {
    /// zlib ends a block with so many symbols.
    private static let maxSymbols = (1 << 14) - 1
    private static let endOfBlock = 256
    private static let blockHeaderBits = 3
    /// The order in which lengths of code lengths are written; trailing zeros are left out.
    private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private var literals = emptyLiterals
    private var distances = [UInt16](repeating: 0, count: 30)
    private var numSymbols = 0
    private var numBits = 0
    private var blockStart = 0

    private static var emptyLiterals: [UInt16] {
        var counts = [UInt16](repeating: 0, count: 286)
        counts[endOfBlock] = 1
        return counts
    }

    mutating func addLiteral(_ byte: UInt8) {
        literals[Int(byte)] += 1
        numSymbols += 1
    }

    mutating func addMatch(length: Int, distance: Int) {
        literals[DeflateCodes.lengthCode(length)] += 1
        distances[DeflateCodes.distanceCode(distance)] += 1
        numSymbols += 1
    }

    /// Ends the block before the byte at `position` when it has all the symbols it may have.
    mutating func endBlockIfFull(at position: Int) {
        if numSymbols == Self.maxSymbols { endBlock(at: position) }
    }

    /// Ends the last block; gives the bytes of all.
    mutating func finish(at position: Int) -> Int {
        endBlock(at: position)
        return (numBits + 7) / 8
    }

    private mutating func endBlock(at position: Int) {
        let literalTree = DeflateTree(literals, maxLength: 15, extraBits: DeflateCodes.extraLiteralBits)
        let distanceTree = DeflateTree(distances, maxLength: 15, extraBits: DeflateCodes.extraDistanceBits)
        let fixedBits =
            literalTree.bits(DeflateCodes.fixedLiteralLengths, DeflateCodes.extraLiteralBits)
            + distanceTree.bits([Int](repeating: 5, count: 30), DeflateCodes.extraDistanceBits)
        let ownBits = literalTree.numBits + distanceTree.numBits + Self.headerBits(literalTree, distanceTree)
        let numBytes = position - blockStart
        let (fixedBytes, ownBytes) = ((fixedBits + 3 + 7) / 8, (ownBits + 3 + 7) / 8)
        numBits += Self.blockHeaderBits
        if numBytes + 4 <= min(fixedBytes, ownBytes) {
            numBits = (numBits + 7) / 8 * 8 + (4 + numBytes) * 8
        } else {
            numBits += fixedBytes <= ownBytes ? fixedBits : ownBits
        }
        literals = Self.emptyLiterals
        distances = [UInt16](repeating: 0, count: 30)
        numSymbols = 0
        blockStart = position
    }

    /// Bits of a block's description of its codes.
    private static func headerBits(_ trees: DeflateTree...) -> Int {
        var counts = [UInt16](repeating: 0, count: 19)
        for tree in trees { countRuns(of: tree.lengths[...tree.maxCode], into: &counts) }
        let extraBits = [Int](repeating: 0, count: 16) + [2, 3, 7]
        let tree = DeflateTree(counts, maxLength: 7, extraBits: extraBits)
        let last = codeLengthOrder.lastIndex { tree.lengths[$0] != 0 } ?? 0
        return tree.numBits + 3 * (max(last, 2) + 1) + 5 + 5 + 4
    }

    /// Counts the symbols that describe some code lengths: the lengths themselves and repetitions of the last (16) and of
    /// zeros (17 and 18).
    private static func countRuns(of lengths: ArraySlice<Int>, into counts: inout [UInt16]) {
        var before = -1
        var index = lengths.startIndex
        while index < lengths.endIndex {
            let length = lengths[index]
            // A run of a length that is not zero and was not the one before writes it once, then repeats it.
            let most = length == 0 ? 138 : length == before ? 6 : 7
            let least = length == 0 || length == before ? 3 : 4
            var run = 1
            while run < most, index + run < lengths.endIndex, lengths[index + run] == length { run += 1 }
            if run < least {
                counts[length] += UInt16(run)
            } else if length != 0 {
                if length != before { counts[length] += 1 }
                counts[16] += 1
            } else {
                counts[run <= 10 ? 17 : 18] += 1
            }
            before = length
            index += run
        }
    }
}
