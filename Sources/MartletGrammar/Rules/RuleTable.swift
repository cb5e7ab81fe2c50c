/// A nonterminal of a `RuleTable`.
struct Nonterminal: Hashable, Sendable {
    var index: Int32
}

/// A term of a `TermArena`.
struct Term: Hashable, Sendable, Comparable {
    var index: Int32

    static func < (left: Term, right: Term) -> Bool { left.index < right.index }
}

/// One element of the right side of a rule.
enum Symbol: Hashable, Sendable {
    /// A text of the term's language. Special tokens never match inside it.
    case lexeme(Term)
    /// As `lexeme`, and a special token whose text it allows matches too: the marks of structural tags.
    case tag(Term)
    /// Any text of the nonterminal.
    case nonterminal(Nonterminal)
    /// Empty; turns into a nonterminal that may depend on the text before it (see `RuleTable.capture`).
    case capture(Capture)
}

/// A symbol of a `RuleTable` that depends on the text before it.
struct Capture: Hashable, Sendable {
    var index: Int32

    /// The capture of `Symbol.checkpoint`.
    static let checkpoint = Capture(index: -1)
}

extension Symbol {
    /// Empty. Stands in the rules of a stand-in (see `RuleTable.capture`) behind the first thing that the captured text
    /// could forbid.
    static let checkpoint = Symbol.capture(.checkpoint)
}

/// A context-free grammar whose rules are written when they are first needed, so that it may be infinite.
///
/// What every rule promises, and the automaton relies on:
/// - each production derives at least one text: no lexeme and no nonterminal is empty of texts, so that whatever the
///   automaton has read, there is a way to finish;
/// - no left recursion, direct, indirect or hidden behind symbols that may be empty;
/// - the same nonterminal always gives the same productions.
final class RuleTable {
    typealias Expansion = () throws(GrammarError) -> [[Symbol]]
    /// `text` is all text so far, up to and with the last byte of what stands before the capture.
    typealias Resolution = (_ text: ArraySlice<UInt8>) throws(GrammarError) -> Nonterminal

    /// Where the terms of the lexemes live.
    let terms: TermArena
    private var expansions: [Expansion?] = []
    private var productions: [[[Symbol]]?] = []
    /// Number of symbols of all productions written so far.
    private var numSymbols = 0
    private var resolutions: [Resolution] = []
    private var standIns: [Nonterminal?] = []

    init(terms: TermArena) { self.terms = terms }

    /// Bytes of memory held, about, with the terms. What the front ends keep for each rule is a guess.
    var byteCount: Int {
        terms.byteCount + expansions.count * 512 + numSymbols * MemoryLayout<Symbol>.stride + resolutions.count * 128
    }

    /// A nonterminal whose productions `expansion` gives when they are first asked for.
    func nonterminal(_ expansion: @escaping Expansion) -> Nonterminal {
        expansions.append(expansion)
        productions.append(nil)
        return Nonterminal(index: Int32(expansions.count - 1))
    }

    /// A nonterminal to be given its productions later with `define`.
    func declare() -> Nonterminal { nonterminal { () throws(GrammarError) in [] } }

    /// Gives a declared nonterminal its productions.
    func define(_ nonterminal: Nonterminal, _ productions: [[Symbol]]) {
        self.productions[Int(nonterminal.index)] = productions
    }

    /// A symbol that is replaced by what `resolution` makes of the text so far.
    ///
    /// To find out which tokens are allowed, the automaton looks past captures many times; with `standIn` it need not
    /// ask `resolution` for each. The stand-in does not depend on the text. It promises that for every text so far
    /// - it allows all that the resolved nonterminal allows, and
    /// - what it allows without passing a `Symbol.checkpoint`, up to any byte, can be finished in the resolved one too.
    ///
    /// For the keys of an object that must not repeat: the resolved rule is `key other than those seen`, `: value` ...,
    /// the stand-in is `any key`, `checkpoint`, `: value` ...: an unfinished key can always become a new one (if the
    /// language of keys is infinite), a finished one has to be compared with those seen.
    func capture(standIn: Nonterminal? = nil, _ resolution: @escaping Resolution) -> Symbol {
        resolutions.append(resolution)
        standIns.append(standIn)
        return .capture(Capture(index: Int32(resolutions.count - 1)))
    }

    /// The productions of a nonterminal: any of these sequences. The empty sequence is the empty text.
    func productions(of nonterminal: Nonterminal) throws(GrammarError) -> [[Symbol]] {
        let index = Int(nonterminal.index)
        if let known = productions[index] { return known }
        guard let expansion = expansions[index] else { return [] }
        let made = try expansion()
        productions[index] = made
        numSymbols += made.reduce(0) { $0 + $1.count + 4 }
        expansions[index] = nil
        return made
    }

    /// What a capture turns into after `text`.
    func resolve(_ capture: Capture, after text: ArraySlice<UInt8>) throws(GrammarError) -> Nonterminal {
        try resolutions[Int(capture.index)](text)
    }

    /// What may be taken for the capture whatever the text, nil where nothing may.
    func standIn(of capture: Capture) -> Nonterminal? { standIns[Int(capture.index)] }
}

/// A grammar as every front end hands it to the compiler.
struct RuleGrammar {
    var rules: RuleTable
    var start: Nonterminal
    /// Keywords that were ignored because the options allow it, as (JSON pointer, keyword).
    var ignored: [IgnoredKeyword] = []
}
