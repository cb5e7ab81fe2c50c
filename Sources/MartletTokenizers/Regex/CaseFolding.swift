/// Which scalars, and sequences of two or three, are equal when case is ignored.
///
/// **Source** Unicode's CaseFolding.txt (status C and F) as Oniguruma uses it.
struct CaseFolding: Sendable {
    static let shared = CaseFolding()

    /// What a scalar folds to.
    private var folds: [UInt32: [UInt32]] = [:]
    /// The scalars that fold to a sequence.
    private var unfolds: [[UInt32]: [UInt32]] = [:]
    /// The sequences of two, then those of three.
    private var sequences: [[UInt32]] = []

    private init() {
        var decoder = PackedNumbers(UnicodeCaseFoldingData.folds)
        var code: UInt32 = 0
        while let delta = decoder.next(), let count = decoder.next() {
            code += UInt32(delta)
            var fold: [UInt32] = []
            for _ in 0..<count { fold.append(UInt32(decoder.next()!)) }
            folds[code] = fold
            unfolds[fold, default: []].append(code)
        }
        sequences = unfolds.keys.filter { $0.count > 1 }.sorted { ($0.count, $0[0], $0[1]) < ($1.count, $1[0], $1[1]) }
    }

    /// The scalars that are equal to `code`, itself included.
    func equals(_ code: UInt32) -> [UInt32] {
        guard let fold = folds[code] else { return [code] + (unfolds[[code]] ?? []) }
        return (fold.count == 1 ? fold : []) + unfolds[fold]!
    }

    private func singleFold(_ code: UInt32) -> UInt32 {
        guard let fold = folds[code], fold.count == 1 else { return code }
        return fold[0]
    }

    // MARK: - Patterns

    /// A literal without case. Where sequences may not count (in a lookbehind) each scalar stands alone.
    func expand(_ string: [UInt32], withSequences: Bool) -> RegexNode {
        var nodes: [RegexNode] = []
        var index = 0
        while index < string.count {
            if withSequences, let (node, length) = sequence(in: string, at: index) {
                nodes.append(node)
                index += length
            } else {
                nodes.append(single(string[index], withSequences: withSequences))
                index += 1
            }
        }
        return .joining(nodes)
    }

    /// A bracket without case: equal scalars are in it too, and so are sequences if it is not negated.
    func expand(_ ranges: ScalarRanges, isNegated: Bool) -> RegexNode {
        var added: [ClosedRange<UInt32>] = []
        for (code, fold) in folds {
            let equal = (fold.count == 1 ? fold : []) + unfolds[fold]!
            if equal.contains(where: ranges.contains), !ranges.contains(code) { added.append(code...code) }
            if fold.count == 1, !ranges.contains(fold[0]), equal.contains(where: ranges.contains) {
                added.append(fold[0]...fold[0])
            }
        }
        let all = ranges.union(ScalarRanges(added))
        if isNegated { return .set(all.inverted) }
        let found = sequences.filter { unfolds[$0]!.contains(where: all.contains) }
        if found.isEmpty { return .set(all) }
        return .alternatives([.set(all)] + found.map(spelling))
    }

    /// `ss` and the like at `index`, which also match `ß`.
    private func sequence(in string: [UInt32], at index: Int) -> (RegexNode, length: Int)? {
        for length in [3, 2] where index + length <= string.count {
            let folded = string[index..<index + length].map(singleFold)
            if let single = unfolds[folded] { return (.alternatives([spelling(folded), set(single)]), length) }
        }
        return nil
    }

    private func single(_ code: UInt32, withSequences: Bool) -> RegexNode {
        let equal = equals(code)
        let node = equal.count == 1 ? RegexNode.string([code], ignoresCase: false) : set(equal)
        guard withSequences, let fold = folds[code], fold.count > 1 else { return node }
        return .alternatives([node, spelling(fold)])
    }

    /// A sequence, each of its scalars in any case.
    private func spelling(_ sequence: [UInt32]) -> RegexNode {
        .joining(
            sequence.map { code in
                let equal = equals(code)
                return equal.count == 1 ? .string([code], ignoresCase: false) : set(equal)
            })
    }

    private func set(_ codes: [UInt32]) -> RegexNode { .set(ScalarRanges(codes.map { $0...$0 })) }
}
