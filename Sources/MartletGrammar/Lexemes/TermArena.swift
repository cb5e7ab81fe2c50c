/// The terms of one grammar: regular languages, interned so that equal languages written alike are one term, and run by
/// derivatives (Brzozowski) that are made when first needed. Not shared between tasks.
final class TermArena {
    let budget: GrammarBudget

    init(budget: GrammarBudget) { self.budget = budget }

    /// The term of a language.
    func intern(_ regex: Regex) throws(GrammarError) -> Term { preconditionFailure("\(regex)") }

    func intersection(_ terms: [Term]) throws(GrammarError) -> Term { preconditionFailure("\(terms)") }

    func union(_ terms: [Term]) throws(GrammarError) -> Term { preconditionFailure("\(terms)") }

    func complement(_ term: Term) throws(GrammarError) -> Term { preconditionFailure("\(term)") }

    /// The JSON spellings of the strings of `term`.
    func jsonString(_ term: Term) throws(GrammarError) -> Term { preconditionFailure("\(term)") }

    func sequence(_ terms: [Term]) throws(GrammarError) -> Term { preconditionFailure("\(terms)") }

    /// Whether the empty text is in the language.
    func isNullable(_ term: Term) -> Bool { preconditionFailure("\(term)") }

    /// What may follow `scalar`.
    func derivative(of term: Term, by scalar: UInt32) throws(GrammarError) -> Term { preconditionFailure("\(term)") }

    /// Whether no text is in the language. Exact; throws where that takes more than the budget.
    func isEmpty(_ term: Term) throws(GrammarError) -> Bool { preconditionFailure("\(term)") }

    /// Whether the text is in the language.
    func contains(_ term: Term, _ text: String) throws(GrammarError) -> Bool { preconditionFailure("\(term)") }

    /// A short text of the language, nil where it is empty.
    func example(of term: Term) throws(GrammarError) -> String? { preconditionFailure("\(term)") }

    /// The texts of the language where there are at most `limit`, else nil.
    func texts(of term: Term, atMost limit: Int) throws(GrammarError) -> [String]? { preconditionFailure("\(term)") }
}
