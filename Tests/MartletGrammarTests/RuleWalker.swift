@testable import MartletGrammar

/// Runs a `RuleTable` the slow and obvious way: a list of all the ways to read the text so far, each with its own stack.
struct RuleWalker {
    /// What is left to read: the rest of a lexeme, if one is under way, and then the symbols, last first.
    struct Thread: Hashable {
        var lexeme: Term?
        var stack: [Symbol]
    }

    let rules: RuleTable
    private(set) var text: [UInt8] = []
    /// Each has a lexeme under way, or none and an empty stack: then the text is complete.
    private(set) var threads: Set<Thread> = []

    init(_ rules: RuleTable, from start: Nonterminal) throws(GrammarError) {
        self.rules = rules
        var threads: Set<Thread> = []
        try close(Thread(lexeme: nil, stack: [.nonterminal(start)]), into: &threads)
        self.threads = threads
    }

    var isComplete: Bool { threads.contains { $0.lexeme == nil } }

    /// False, and no thread is left, where the scalar cannot come next.
    mutating func accept(_ scalar: Unicode.Scalar) throws(GrammarError) -> Bool {
        text += Array(String(Character(scalar)).utf8)
        var next: Set<Thread> = []
        for thread in threads {
            guard let lexeme = thread.lexeme else { continue }
            let rest = try rules.terms.derivative(of: lexeme, by: scalar.value)
            if try rules.terms.isEmpty(rest) { continue }
            next.insert(Thread(lexeme: rest, stack: thread.stack))
            if rules.terms.isNullable(rest) { try close(Thread(lexeme: nil, stack: thread.stack), into: &next) }
        }
        threads = next
        return !threads.isEmpty
    }

    /// Expands what stands on top of the stack until a lexeme begins.
    private func close(_ thread: Thread, into threads: inout Set<Thread>) throws(GrammarError) {
        guard thread.lexeme == nil, let top = thread.stack.last else {
            threads.insert(thread)
            return
        }
        let below = Array(thread.stack.dropLast())
        switch top {
        case .lexeme(let term), .tag(let term): threads.insert(Thread(lexeme: term, stack: below))
        case .nonterminal(let nonterminal):
            for production in try rules.productions(of: nonterminal) {
                try close(Thread(lexeme: nil, stack: below + production.reversed()), into: &threads)
            }
        case .capture(let capture):
            let resolved = try rules.resolve(capture, after: text[...])
            try close(Thread(lexeme: nil, stack: below + [.nonterminal(resolved)]), into: &threads)
        }
    }

    /// Whether the whole text is one of the grammar.
    static func accepts(_ text: String, _ rules: RuleTable, from start: Nonterminal) throws(GrammarError) -> Bool {
        var walker = try RuleWalker(rules, from: start)
        for scalar in text.unicodeScalars {
            if try !walker.accept(scalar) { return false }
        }
        return walker.isComplete
    }
}
