/// The automaton of one grammar: which configurations there are and how bytes lead from one to the next, all made when
/// first needed. Not shared between tasks.
///
/// A configuration is a set of heads: a lexeme that is being read (the state of its automaton) and the stacks that wait
/// behind it. Heads with the same lexeme state are one, with their stacks united. That the text may end here is a head
/// of its own, `endHead`.
///
/// Configurations are numbered; 0 is the empty one, from which nothing can be finished, and never held by a matcher.
final class Automaton {
    let rules: RuleTable
    let lexemes: LexemeAutomaton
    /// Where the text begins.
    private(set) var start: Int32 = 0

    @exclusivity(unchecked) var productions = ProductionTable()
    @exclusivity(unchecked) var stacks = StackTable()
    /// Pairs of (head, stack set).
    @exclusivity(unchecked) var configurations = PairSetTable()
    /// (configuration, byte) to `Transition.rawValue`, without those that are dead.
    @exclusivity(unchecked) var transitions = IntegerMap(capacity: 256)
    /// Stack set to `Transition.rawValue`: the configuration at the beginning of what the stacks say.
    @exclusivity(unchecked) var beginnings = IntegerMap()
    @exclusivity(unchecked) var closureScratch = ClosureScratch()
    @exclusivity(unchecked) private var heads: [Pair] = []
    /// By accepting lexeme state: 1 where the lexeme can go on, 0 where it cannot, -1 where that is not known yet.
    @exclusivity(unchecked) private var continuation = GrowableBuffer<Int8>()

    /// By configuration: which bytes may follow, as 256 bits, once `hasNextBytes` says so.
    @exclusivity(unchecked) private var nextBytes = GrowableBuffer<UInt64>(capacity: 256)
    @exclusivity(unchecked) private var hasNextBytes = GrowableBuffer<Bool>()
    /// The same for lexeme states: `lexemeBytesIndex` says where in `lexemeNextBytes`, -1 where that is not known yet.
    @exclusivity(unchecked) private var lexemeNextBytes = GrowableBuffer<UInt64>(capacity: 256)
    @exclusivity(unchecked) private var lexemeBytesIndex = GrowableBuffer<Int32>()

    /// The head that says that the text may end.
    static let endHead: Int32 = 0

    /// Throws where no text can be read, or where finding the first lexemes takes more than the budget.
    init(_ grammar: RuleGrammar, lexemes: LexemeAutomaton) throws(GrammarError) {
        rules = grammar.rules
        self.lexemes = lexemes
        let list = productions.list([.nonterminal(grammar.start)])
        start = try beginning(of: stacks.push(list, onto: StackTable.end), after: []).configuration
        guard start != 0 else { throw GrammarError(.unsatisfiable, "allows no text at all") }
    }

    var budget: GrammarBudget { rules.terms.budget }

    /// Bytes of memory held, without terms and rules.
    var byteCount: Int {
        productions.byteCount + stacks.byteCount + configurations.byteCount + transitions.byteCount
            + beginnings.byteCount + nextBytes.byteCount + lexemeNextBytes.byteCount
    }

    /// Whether the text may end in this configuration.
    func accepts(_ configuration: Int32) -> Bool {
        configurations.size(configuration) > 0 && configurations.element(configuration, 0).key == Self.endHead
    }

    /// The lexeme state of a head.
    @inline(__always)
    static func lexemeState(_ head: Int32) -> Int32 { head >> 1 }

    /// Whether a head belongs to a lexeme that special tokens may match.
    @inline(__always)
    static func isTag(_ head: Int32) -> Bool { head & 1 != 0 }

    /// Where `byte` leads, as far as that can be told without the text.
    @inline(__always)
    func transition(_ configuration: Int32, _ byte: UInt8) throws(GrammarError) -> Transition {
        if let known = transitions.find(configuration, Int32(byte)) { return Transition(rawValue: known) }
        let transition = try step(configuration, byte, after: nil)
        if transition == .dead { return .dead }
        transitions.insert(configuration, Int32(byte), transition.rawValue)
        return transition
    }

    /// The configuration after `byte`, which is the last one of `text`; 0 where it is not allowed.
    func advance(_ configuration: Int32, _ byte: UInt8, text: [UInt8]) throws(GrammarError) -> Int32 {
        let transition = try transition(configuration, byte)
        if transition.conditions.isEmpty { return transition.configuration }
        return try step(configuration, byte, after: text[...]).configuration
    }

    private func step(
        _ configuration: Int32, _ byte: UInt8, after text: ArraySlice<UInt8>?
    ) throws(GrammarError) -> Transition {
        var conditions: Transition.Conditions = []
        heads.removeAll(keepingCapacity: true)
        for index in 0..<configurations.size(configuration) {
            let head = configurations.element(configuration, index)
            guard head.key != Self.endHead else { continue }
            let state = try lexemes.next(Self.lexemeState(head.key), byte)
            guard state != LexemeAutomaton.dead else { continue }
            heads.append(Pair(key: state << 1 | head.key & 1, value: head.value))
            guard lexemes.isAccepting(state) else { continue }
            let next = try beginning(of: head.value, after: text)
            conditions.formUnion(next.conditions)
            for position in 0..<configurations.size(next.configuration) {
                heads.append(configurations.element(next.configuration, position))
            }
        }
        if conditions.contains(.unknown) { return Transition(0, conditions) }
        let next = try self.configuration(of: &heads)
        return next == 0 ? .dead : Transition(next, conditions)
    }

    /// The number of the configuration with these heads: sorted, those that cannot go on left out, equal ones united.
    func configuration(of heads: inout [Pair]) throws(GrammarError) -> Int32 {
        try budget.spend()
        if heads.count > 1 { heads.sort { $0.key < $1.key } }
        var count = 0
        for index in 0..<heads.count {
            let head = heads[index]
            if head.key != Self.endHead {
                guard try canContinue(Self.lexemeState(head.key)) else { continue }
            }
            if count > 0, heads[count - 1].key == head.key {
                heads[count - 1].value = try stacks.union(heads[count - 1].value, head.value)
            } else {
                heads[count] = head
                count += 1
            }
        }
        return heads.withUnsafeBufferPointer { configurations.intern(UnsafeBufferPointer(rebasing: $0[..<count])) }
    }

    /// Whether `byte` may follow, for a configuration that `findBytes` has been asked for.
    @inline(__always)
    func mayFollow(_ configuration: Int32, _ byte: UInt8) -> Bool {
        nextBytes[Int(configuration) * 4 + Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0
    }

    /// Finds out which bytes may follow.
    @inline(__always)
    func findBytes(of configuration: Int32) throws(GrammarError) {
        if Int(configuration) < hasNextBytes.count, hasNextBytes[Int(configuration)] { return }
        try makeBytes(of: configuration)
    }

    private func makeBytes(of configuration: Int32) throws(GrammarError) {
        hasNextBytes.extend(to: configurations.count, with: false)
        nextBytes.extend(to: configurations.count * 4, with: 0)
        let first = Int(configuration) * 4
        for index in 0..<configurations.size(configuration) {
            let head = configurations.element(configuration, index)
            guard head.key != Self.endHead else { continue }
            let bytes = try lexemeBytes(Self.lexemeState(head.key))
            for word in 0..<4 { nextBytes[first + word] |= lexemeNextBytes[bytes + word] }
        }
        hasNextBytes[Int(configuration)] = true
    }

    /// Where in `lexemeNextBytes` the bytes are that may follow in a lexeme.
    private func lexemeBytes(_ state: Int32) throws(GrammarError) -> Int {
        lexemeBytesIndex.extend(to: lexemes.stateCount, with: -1)
        let known = lexemeBytesIndex[Int(state)]
        if known >= 0 { return Int(known) }
        let first = lexemeNextBytes.count
        for word in try lexemes.nextBytes(of: state) { lexemeNextBytes.append(word) }
        lexemeBytesIndex.extend(to: lexemes.stateCount, with: -1)
        lexemeBytesIndex[Int(state)] = Int32(first)
        return first
    }

    /// Whether an end of the lexeme is certain as soon as it is reached.
    func isPrefixFree(_ state: Int32) -> Bool { lexemes.terms.isPrefixFree(lexemes.term(of: state)) }

    /// Whether any byte can follow in the lexeme.
    private func canContinue(_ state: Int32) throws(GrammarError) -> Bool {
        if !lexemes.isAccepting(state) { return true }
        continuation.extend(to: Int(state) + 1, with: -1)
        let known = continuation[Int(state)]
        if known >= 0 { return known > 0 }
        let result = isPrefixFree(state) ? false : try hasNext(state)
        continuation[Int(state)] = result ? 1 : 0
        return result
    }

    private func hasNext(_ state: Int32) throws(GrammarError) -> Bool {
        // Most go on with a printable character.
        for offset: UInt8 in 0...255 {
            if try lexemes.next(state, offset &+ 0x20) != LexemeAutomaton.dead { return true }
        }
        return false
    }

    /// The heads of a configuration that special tokens may match; 0 where there are none.
    func tags(of configuration: Int32) throws(GrammarError) -> Int32 {
        var tags: [Pair] = []
        for index in 0..<configurations.size(configuration) {
            let head = configurations.element(configuration, index)
            if Self.isTag(head.key) { tags.append(head) }
        }
        return try self.configuration(of: &tags)
    }
}
