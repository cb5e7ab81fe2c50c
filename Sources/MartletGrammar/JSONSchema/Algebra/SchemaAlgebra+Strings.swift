/// And, or and not of sets of strings; nil stands for none.
extension SchemaAlgebra {
    func strings(_ texts: [PropertyName]) -> StringSet? {
        texts.isEmpty ? nil : .words(words.list(of: texts))
    }

    /// The strings of a language that has some.
    func strings(of language: Term) -> StringSet {
        language == anything ? .others(than: .empty) : .language(language)
    }

    /// The language of the strings.
    func language(of strings: StringSet) throws(GrammarError) -> Term {
        switch strings {
        case .words(let list): return try language(of: list)
        case .others(than: .empty): return anything
        case .others(let list): return try terms.complement(try language(of: list))
        case .language(let term): return term
        }
    }

    private func language(of list: WordList) throws(GrammarError) -> Term {
        if let known = languages[list] { return known }
        let texts = words.words(in: list).map { Regex.literal($0.text) }
        let term = try terms.intern(texts.count == 1 ? texts[0] : .union(texts))
        languages[list] = term
        return term
    }

    func contains(_ strings: StringSet, _ text: PropertyName) throws(GrammarError) -> Bool {
        switch strings {
        case .words(let list): words.contains(list, text)
        case .others(let list): !words.contains(list, text)
        case .language(let term): try terms.contains(term, text.text)
        }
    }

    func complement(of strings: StringSet?) throws(GrammarError) -> StringSet? {
        switch strings {
        case nil: return .others(than: .empty)
        case .words(let list)?: return .others(than: list)
        case .others(than: .empty)?: return nil
        case .others(let list)?: return .words(list)
        case .language(let term)?:
            let others = try terms.complement(term)
            return try terms.isEmpty(others) ? nil : self.strings(of: others)
        }
    }

    func intersection(_ left: StringSet, _ right: StringSet) throws(GrammarError) -> StringSet? {
        if left == right { return left }
        switch (left, right) {
        case (.words(let first), .words(let second)): return listed(words.intersection(first, second))
        case (.words(let first), .others(let second)), (.others(let second), .words(let first)):
            return listed(words.difference(first, second))
        case (.others(let first), .others(let second)): return .others(than: words.union(first, second))
        case (.words(let list), .language(let term)), (.language(let term), .words(let list)):
            return listed(try members(of: list, in: term))
        case (.others(let list), .language(let term)), (.language(let term), .others(let list)):
            let missing = try members(of: list, in: term)
            if missing == .empty { return .language(term) }
            return try common(term, try terms.complement(try language(of: missing)))
        case (.language(let first), .language(let second)): return try common(first, second)
        }
    }

    func union(_ sets: [StringSet]) throws(GrammarError) -> StringSet? {
        guard sets.count > 1 else { return sets.first }
        var listed = WordList.empty
        var missing: WordList?
        var languages: [Term] = []
        for set in sets {
            switch set {
            case .words(let list): listed = words.union(listed, list)
            case .others(let list): missing = missing.map { words.intersection($0, list) } ?? list
            case .language(let term): languages.append(term)
            }
        }
        if var missing {
            missing = words.difference(missing, listed)
            for term in languages { missing = words.difference(missing, try members(of: missing, in: term)) }
            return .others(than: missing)
        }
        if listed != .empty { languages.append(try language(of: listed)) }
        return languages.count > 1 || listed == .empty ? strings(of: try terms.union(languages)) : .words(listed)
    }

    /// The words of the list that are in the language.
    private func members(of list: WordList, in term: Term) throws(GrammarError) -> WordList {
        try words.filter(list) { (word) throws(GrammarError) in try terms.contains(term, word.text) }
    }

    private func listed(_ list: WordList) -> StringSet? { list == .empty ? nil : .words(list) }

    private func common(_ left: Term, _ right: Term) throws(GrammarError) -> StringSet? {
        let both = try terms.intersection([left, right])
        return try terms.isEmpty(both) ? nil : strings(of: both)
    }
}
