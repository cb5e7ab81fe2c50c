/// A set of strings. What is listed, or is all but a list, stays a list: intersecting those needs no automaton.
enum StringSet: Hashable {
    /// These and no others.
    case words(WordList)
    /// All but these.
    case others(than: WordList)
    case language(Term)
}

/// A list of strings of a `WordTable`, by number.
struct WordList: Hashable {
    var index: Int32

    static let empty = WordList(index: 0)
}

/// The lists of strings of a `SchemaAlgebra`: each the numbers of its words, sorted.
struct WordTable {
    private var words: [PropertyName] = []
    private var numbers: [PropertyName: Int32] = [:]
    private var lists: [[Int32]] = [[]]
    private var listIndex: [[Int32]: WordList] = [[]: .empty]

    /// The list of these words.
    mutating func list(of words: [PropertyName]) -> WordList {
        var members: [Int32] = []
        for word in words { members.append(number(of: word)) }
        members.sort()
        var distinct: [Int32] = []
        for member in members where distinct.last != member { distinct.append(member) }
        return intern(distinct)
    }

    /// The words of a list, in the order in which they were first met.
    func words(in list: WordList) -> [PropertyName] { lists[Int(list.index)].map { words[Int($0)] } }

    /// The numbers of the words of a list.
    func numbers(in list: WordList) -> [Int32] { lists[Int(list.index)] }

    func count(_ list: WordList) -> Int { lists[Int(list.index)].count }

    func contains(_ list: WordList, _ word: PropertyName) -> Bool {
        guard let number = numbers[word] else { return false }
        let members = lists[Int(list.index)]
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < members.count && members[low] == number
    }

    mutating func union(_ left: WordList, _ right: WordList) -> WordList {
        if left == right || right == .empty { return left }
        if left == .empty { return right }
        return merge(left, right, keepsLeft: true, keepsRight: true, keepsBoth: true)
    }

    mutating func intersection(_ left: WordList, _ right: WordList) -> WordList {
        left == right ? left : merge(left, right, keepsLeft: false, keepsRight: false, keepsBoth: true)
    }

    /// What is in `left` and not in `right`.
    mutating func difference(_ left: WordList, _ right: WordList) -> WordList {
        right == .empty ? left : merge(left, right, keepsLeft: true, keepsRight: false, keepsBoth: false)
    }

    /// The words of a list that satisfy a condition.
    mutating func filter(
        _ list: WordList, _ isIncluded: (PropertyName) throws(GrammarError) -> Bool
    ) throws(GrammarError) -> WordList {
        var kept: [Int32] = []
        for member in lists[Int(list.index)] where try isIncluded(words[Int(member)]) { kept.append(member) }
        return intern(kept)
    }

    private mutating func number(of word: PropertyName) -> Int32 {
        if let known = numbers[word] { return known }
        let number = Int32(words.count)
        words.append(word)
        numbers[word] = number
        return number
    }

    private mutating func intern(_ members: [Int32]) -> WordList {
        if let known = listIndex[members] { return known }
        let list = WordList(index: Int32(lists.count))
        lists.append(members)
        listIndex[members] = list
        return list
    }

    private mutating func merge(
        _ left: WordList, _ right: WordList, keepsLeft: Bool, keepsRight: Bool, keepsBoth: Bool
    ) -> WordList {
        let first = lists[Int(left.index)]
        let second = lists[Int(right.index)]
        var merged: [Int32] = []
        var (i, j) = (0, 0)
        while i < first.count || j < second.count {
            if j == second.count || i < first.count && first[i] < second[j] {
                if keepsLeft { merged.append(first[i]) }
                i += 1
            } else if i == first.count || second[j] < first[i] {
                if keepsRight { merged.append(second[j]) }
                j += 1
            } else {
                if keepsBoth { merged.append(first[i]) }
                i += 1
                j += 1
            }
        }
        return intern(merged)
    }
}
