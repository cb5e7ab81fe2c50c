/// Capturing groups of a pattern and the backreferences to them.
///
/// A backreference is not regular, but where its group matches one of a few texts, and surely and only once, the pattern is
/// the union of those patterns in which group and reference are one of the texts.
struct PatternGroups {
    struct Group {
        /// Where it is in the source.
        var range: Range<Int>
        var node: PatternNode
    }

    /// Most texts of a group, and most patterns in the union.
    private static let maxTexts = 64
    /// Longest text of a group.
    fileprivate static let maxLength = 256

    private(set) var count = 0
    private var numbers: [String: Int] = [:]
    private var closed: [Int: Group] = [:]
    /// Groups that have matched exactly once wherever the matcher gets to this place.
    var definite: Set<Int> = []
    /// Groups that are referred to.
    private var referenced: Set<Int> = []
    /// The texts that groups are taken to match.
    var texts: [Int: [UInt32]] = [:]

    mutating func open(name: String?) -> Int {
        count += 1
        if let name { numbers[name] = count }
        return count
    }

    mutating func close(_ number: Int, _ node: PatternNode, _ range: Range<Int>) -> PatternNode {
        closed[number] = Group(range: range, node: node)
        definite.insert(number)
        guard let text = texts[number] else { return node }
        return .sequence(text.map { .scalars(ScalarSet([$0...$0])) })
    }

    func number(of name: String) -> Int? { numbers[name] ?? Int(name) }

    /// The text a reference stands for, empty until it is chosen; nil where the group may not have matched.
    mutating func refer(to number: Int) -> [UInt32]? {
        guard definite.contains(number) else { return nil }
        referenced.insert(number)
        return texts[number] ?? []
    }

    /// Whether a group that begins at `start` or later is referred to.
    func hasReference(toGroupsFrom start: Int) -> Bool {
        referenced.contains { closed[$0].map { $0.range.lowerBound >= start } ?? false }
    }

    /// The texts to take the groups to match, one after the other; nil where they are too many to tell, one empty choice
    /// where nothing is referred to.
    var choices: [[Int: [UInt32]]]? {
        var choices: [[Int: [UInt32]]] = [[:]]
        for number in referenced.sorted() {
            guard let group = closed[number], let texts = group.node.texts(atMost: Self.maxTexts) else { return nil }
            // What matched inside a group cannot be told from the text of the whole.
            let isInside = referenced.contains { other in
                other != number && closed[other].map { $0.range.overlaps(group.range) } ?? false
            }
            guard !isInside, choices.count * texts.count <= Self.maxTexts else { return nil }
            choices = choices.flatMap { choice in texts.map { choice.merging([number: $0]) { $1 } } }
        }
        return choices
    }
}

extension PatternParser {
    /// A backreference, whose number or name has been read.
    mutating func reference(to name: String, from start: Int) throws(GrammarError) -> PatternNode {
        guard let number = groups.number(of: name), let text = groups.refer(to: number) else {
            throw unsupported("a backreference to a group that may not have matched once", at: start)
        }
        return .sequence(text.map { .scalars(cased(ScalarSet([$0...$0]))) })
    }
}

extension PatternNode {
    /// The texts it matches where they are at most `limit` and no lookaround is in it.
    fileprivate func texts(atMost limit: Int) -> [[UInt32]]? {
        switch self {
        case .scalars(let set):
            guard set.ranges.reduce(0, { $0 + $1.count }) <= limit else { return nil }
            return set.ranges.flatMap { $0.map { [$0] } }
        case .sequence(let parts):
            var texts: [[UInt32]] = [[]]
            for part in parts {
                guard let next = part.texts(atMost: limit), next.count * texts.count <= limit,
                    texts.allSatisfy({ $0.count <= PatternGroups.maxLength })
                else { return nil }
                texts = texts.flatMap { text in next.map { text + $0 } }
            }
            return texts
        case .union(let parts):
            var texts: [[UInt32]] = []
            for part in parts {
                guard let next = part.texts(atMost: limit) else { return nil }
                texts += next.filter { !texts.contains($0) }
            }
            return texts.count <= limit ? texts : nil
        case .repeated(let node, let atLeast, let atMost):
            guard let atMost, atMost <= limit else { return nil }
            let counts = (atLeast...atMost).map { PatternNode.sequence(Array(repeating: node, count: $0)) }
            return PatternNode.union(counts).texts(atMost: limit)
        case .lookahead, .lookbehind: return nil
        }
    }
}
