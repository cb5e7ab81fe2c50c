/// The terms of one grammar: regular languages, interned so that equal languages written alike are one term, and run by
/// derivatives (Brzozowski) that are made when first needed. Not shared between tasks.
///
/// Terms are kept in normal form by the constructors (`TermArena+Union`, `+Intersection`, ...), so that a language has
/// few derivatives; they live in flat storage and are named by their index.
final class TermArena {
    let budget: GrammarBudget

    /// The count of repetitions that have no upper bound.
    static let unbounded: Int32 = -1
    static let nothing: Int32 = 0
    static let empty: Int32 = 1
    static let anything: Int32 = 2
    /// Any one scalar.
    static let anyScalar: Int32 = 3
    /// Deepest recursion of a derivative: what a stack of 512 KiB holds with room to spare.
    static let maxReach: UInt16 = 160
    /// How far constructors follow common beginnings; the derivatives follow the rest.
    static let maxFactoring = 24

    var nodes = FlatArray<TermNode>(capacity: 256)
    /// Operands of unions and intersections.
    var operands = FlatArray<Int32>(capacity: 256)
    /// Operands of the unions and intersections being made.
    var scratch = FlatArray<Int32>(capacity: 256)
    /// Derivatives of terms by the classes of their partitions, -1 where they are not known yet.
    var rows = FlatArray<Int32>(capacity: 1024)
    var sets = ScalarSetTable()
    var partitions = PartitionTable()
    var remainders: [DigitRemainder] = []
    var remainderIndex: [DigitRemainder: Int32] = [:]
    var decimalRemainders: [DecimalRemainder] = []
    var decimalRemainderIndex: [DecimalRemainder: Int32] = [:]
    var automata: [AutomatonEntry] = []
    var automatonIndex: [ScalarAutomaton: Int32] = [:]
    /// The terms of single ASCII characters, -1 where they are not made yet.
    var asciiTerms = FlatArray<Int32>(capacity: 128)
    /// Number of the last search; see `TermNode.mark`.
    var searches: Int32 = 0
    private var table = FlatArray<Int32>(capacity: 1024)
    private var tableMask = 1023
    private let seed = FingerprintSeed.process

    init(budget: GrammarBudget) {
        self.budget = budget
        _ = table.append(repeating: -1, count: 1024)
        _ = asciiTerms.append(repeating: -1, count: 128)
        _ = insert(TermNode(kind: .nothing, flags: [.knownEmpty, .prefixFree], fingerprint: seed(.nothing)))
        _ = insert(TermNode(kind: .empty, flags: [.nullable, .nonEmpty, .prefixFree], fingerprint: seed(.empty)))
        nodes.base[0].minLength = .max
        nodes.base[0].maxLength = 0
        nodes.base[1].maxLength = 0
        var anything = TermNode(kind: .complement, fingerprint: seed.mix(seed(.complement), nodes[0].fingerprint))
        anything.flags = [.nullable, .nonEmpty, .notPrefixFree]
        _ = insert(anything)
        let all = sets.index(of: .all)
        var scalar = TermNode(kind: .scalars, a: all, fingerprint: fingerprint(ofSet: all))
        scalar.flags = [.nonEmpty, .prefixFree]
        scalar.minLength = 1
        scalar.maxLength = 1
        _ = insert(scalar)
    }

    /// Bytes of memory of the table that finds terms.
    var tableByteCount: Int { table.byteCount }

    /// The hash that is equal for equal structures of all arenas.
    func fingerprint(_ term: Term) -> Fingerprint { nodes[Int(term.index)].fingerprint }

    /// Whether the empty text is in the language.
    func isNullable(_ term: Term) -> Bool { isNullable(term.index) }

    @inline(__always) func isNullable(_ term: Int32) -> Bool { nodes[Int(term)].flags.contains(.nullable) }

    @inline(__always) func isKnownEmpty(_ term: Int32) -> Bool { nodes[Int(term)].flags.contains(.knownEmpty) }

    /// The term made of these parts, which must be in normal form (not `union` and `intersection`: see `makeList`).
    func make(_ kind: TermNode.Kind, _ a: Int32, _ b: Int32 = 0, _ c: Int32 = 0) throws(GrammarError) -> Int32 {
        let hash = hash(kind, a, b, c)
        var slot = Int(truncatingIfNeeded: hash.low) & tableMask
        while case let found = table[slot], found >= 0 {
            let node = nodes.base + Int(found)
            if node.pointee.kind == kind, node.pointee.a == a, node.pointee.b == b, node.pointee.c == c { return found }
            slot = (slot + 1) & tableMask
        }
        var node = TermNode(kind: kind, a: a, b: b, c: c, fingerprint: hash)
        describe(&node)
        return try add(node)
    }

    /// The union or intersection of the scratch operands from `start` on, which are sorted and in normal form.
    func makeList(_ kind: TermNode.Kind, from start: Int) throws(GrammarError) -> Int32 {
        let count = scratch.count - start
        var sum = Fingerprint(low: UInt64(count), high: 0)
        for index in start..<scratch.count {
            sum = sum &+ seed.mix(seed(kind), nodes[Int(scratch[index])].fingerprint)
        }
        let hash = seed.mix(seed(kind), sum)
        var slot = Int(truncatingIfNeeded: hash.low) & tableMask
        while case let found = table[slot], found >= 0 {
            let node = nodes.base + Int(found)
            if node.pointee.kind == kind, node.pointee.b == count, equalsScratch(node.pointee.a, start, count) {
                return found
            }
            slot = (slot + 1) & tableMask
        }
        try budget.spend(count >> 3)
        let offset = operands.count
        for index in start..<scratch.count { operands.append(scratch[index]) }
        var node = TermNode(kind: kind, a: Int32(offset), b: Int32(count), fingerprint: hash)
        describeList(&node)
        return try add(node)
    }

    private func equalsScratch(_ offset: Int32, _ start: Int, _ count: Int) -> Bool {
        let left = operands.base + Int(offset)
        let right = scratch.base + start
        for index in 0..<count where left[index] != right[index] { return false }
        return true
    }

    private func add(_ node: TermNode) throws(GrammarError) -> Int32 {
        guard node.reach <= Self.maxReach else {
            throw GrammarError(.tooComplex, "repetitions and groups are nested too deeply")
        }
        try budget.spend()
        return insert(node)
    }

    private func insert(_ node: TermNode) -> Int32 {
        if nodes.count * 2 > tableMask { growTable() }
        let term = Int32(nodes.count)
        nodes.append(node)
        place(term)
        return term
    }

    private func place(_ term: Int32) {
        var slot = Int(truncatingIfNeeded: nodes[Int(term)].fingerprint.low) & tableMask
        while table[slot] >= 0 { slot = (slot + 1) & tableMask }
        table[slot] = term
    }

    private func growTable() {
        let size = (tableMask + 1) * 2
        table = FlatArray(capacity: size)
        _ = table.append(repeating: -1, count: size)
        tableMask = size - 1
        for term in 0..<nodes.count { place(Int32(term)) }
    }
}

extension TermArena {
    private func seed(_ kind: TermNode.Kind) -> Fingerprint { Fingerprint(low: UInt64(kind.rawValue), high: 0) }

    private func hash(_ kind: TermNode.Kind, _ a: Int32, _ b: Int32, _ c: Int32) -> Fingerprint {
        switch kind {
        case .scalars: return fingerprint(ofSet: a)
        case .digits:
            let remainder = remainders[Int(a)]
            return seed.mix(seed.mix(seed(kind), remainder.value), remainder.modulus)
        case .decimals:
            let words = decimalRemainders[Int(a)].words
            return seed.mix(seed.mix(seed.mix(seed(kind), words.0), words.1), words.2)
        case .automaton: return seed.mix(automata[Int(a)].fingerprint, UInt64(UInt32(bitPattern: b)))
        default:
            let counts = UInt64(UInt32(bitPattern: b)) << 32 | UInt64(UInt32(bitPattern: c))
            let first = seed.mix(seed(kind), nodes[Int(a)].fingerprint)
            return seed.mix(first, kind == .sequence ? nodes[Int(b)].fingerprint : Fingerprint(low: counts, high: 0))
        }
    }

    private func fingerprint(ofSet set: Int32) -> Fingerprint {
        var hash = seed(.scalars)
        for range in sets[set].ranges {
            hash = seed.mix(hash, UInt64(range.lowerBound) << 32 | UInt64(range.upperBound))
        }
        return hash
    }

    func fingerprint(of automaton: ScalarAutomaton) -> Fingerprint {
        var hash = seed(.automaton)
        automaton.forEachNumber { hash = seed.mix(hash, $0) }
        return hash
    }

    /// Works out what is known of a new term from what is known of its parts.
    private func describe(_ node: inout TermNode) {
        switch node.kind {
        case .nothing, .empty, .union, .intersection: break
        case .scalars:
            node.flags = [.nonEmpty, .prefixFree]
            node.minLength = 1
            node.maxLength = 1
        case .sequence:
            let (head, tail) = (nodes[Int(node.a)], nodes[Int(node.b)])
            node.flags = head.flags.intersection(tail.flags).intersection([.nullable, .nonEmpty, .prefixFree])
            node.reach = max(head.reach + 1, head.flags.contains(.nullable) ? tail.reach : 0)
            node.minLength = adding(head.minLength, tail.minLength)
            node.maxLength = adding(head.maxLength, tail.maxLength)
        case .complement:
            let operand = nodes[Int(node.a)]
            node.reach = operand.reach + 1
            if operand.flags.contains(.nullable) {
                node.minLength = 1
                if operand.maxLength < .max { node.flags = [.nonEmpty] }
            } else {
                node.flags = [.nullable, .nonEmpty]
            }
        case .repeated:
            let body = nodes[Int(node.a)]
            if node.b == 0 {
                node.flags = [.nullable, .nonEmpty]
            } else {
                node.flags = body.flags.intersection([.nonEmpty])
            }
            node.reach = body.reach + 1
            node.minLength = multiplying(body.minLength, node.b)
            node.maxLength = node.c == Self.unbounded ? .max : multiplying(body.maxLength, node.c)
        case .jsonContent, .jsonEscape, .jsonHex:
            let text = nodes[Int(node.a)]
            node.flags = .prefixFree
            if node.kind == .jsonContent { node.flags.formUnion(text.flags.intersection(.nonEmpty)) }
            node.reach = text.reach + 1
            node.minLength = node.kind == .jsonContent ? adding(text.minLength, 1) : 2
        case .digits:
            let remainder = remainders[Int(node.a)]
            node.flags = remainder.value == 0 ? [.nullable, .nonEmpty] : [.nonEmpty]
            node.minLength = UInt32(remainder.shortest)
        case .decimals: node.flags = decimalRemainders[Int(node.a)].isDivisible ? [.nullable, .nonEmpty] : [.nonEmpty]
        case .automaton:
            node.flags = automata[Int(node.a)].automaton.accepts(node.b) ? [.nullable, .nonEmpty] : [.nonEmpty]
        }
    }

    private func describeList(_ node: inout TermNode) {
        let isUnion = node.kind == .union
        var nullable = !isUnion
        var nonEmpty = false
        var (minLength, maxLength): (UInt32, UInt32) = isUnion ? (.max, 0) : (0, .max)
        for index in Int(node.a)..<Int(node.a + node.b) {
            let operand = nodes[Int(operands[index])]
            node.reach = max(node.reach, operand.reach + 1)
            let isNullable = operand.flags.contains(.nullable)
            if isUnion {
                nullable = nullable || isNullable
                nonEmpty = nonEmpty || operand.flags.contains(.nonEmpty)
                minLength = min(minLength, operand.minLength)
                maxLength = max(maxLength, operand.maxLength)
            } else {
                nullable = nullable && isNullable
                minLength = max(minLength, operand.minLength)
                maxLength = min(maxLength, operand.maxLength)
                if operand.flags.contains(.prefixFree) { node.flags.insert(.prefixFree) }
            }
        }
        if nullable { node.flags.insert(.nullable) }
        if nullable || nonEmpty { node.flags.insert(.nonEmpty) }
        node.minLength = minLength
        node.maxLength = maxLength
    }

    private func adding(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    private func multiplying(_ length: UInt32, _ count: Int32) -> UInt32 {
        if length == .max { return count == 0 ? 0 : .max }
        let (product, overflow) = length.multipliedReportingOverflow(by: UInt32(count))
        return overflow ? .max : product
    }
}
