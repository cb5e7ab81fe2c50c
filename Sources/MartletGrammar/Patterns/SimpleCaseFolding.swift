/// Which scalars are equal when case is ignored, one scalar for one (Unicode's simple case folding, as ECMA-262 uses it).
struct SimpleCaseFolding: Sendable {
    static let shared = SimpleCaseFolding()

    /// Every scalar that has others equal to it, with those others.
    private var equals: [UInt32: [UInt32]] = [:]
    /// The keys of `equals`.
    private var folding: ScalarSet

    private init() {
        var classes: [UInt32: [UInt32]] = [:]
        // No scalar of a higher plane has case.
        for value in UInt32(0x41)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value), let fold = Self.fold(scalar), fold != value else { continue }
            classes[fold, default: [fold]].append(value)
        }
        for (_, members) in classes {
            for member in members { equals[member] = members.filter { $0 != member } }
        }
        folding = ScalarSet(equals.keys.map { $0...$0 })
    }

    /// The lower case of the upper case, where both are single scalars.
    private static func fold(_ scalar: Unicode.Scalar) -> UInt32? {
        let properties = scalar.properties
        guard properties.isCased || properties.changesWhenCaseFolded else { return nil }
        // U+0130 and U+0131 are folded by Turkic rules only.
        guard scalar != "\u{130}", scalar != "\u{131}" else { return nil }
        let upper = single(properties.uppercaseMapping) ?? scalar
        let lower = single(upper.properties.lowercaseMapping) ?? upper
        return lower.value
    }

    private static func single(_ text: String) -> Unicode.Scalar? {
        text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
    }

    /// The set and every scalar equal to one of its members.
    func closure(of set: ScalarSet) -> ScalarSet {
        var added: [ClosedRange<UInt32>] = []
        for range in set.intersection(folding).ranges {
            for value in range { for other in equals[value] ?? [] { added.append(other...other) } }
        }
        return added.isEmpty ? set : set.union(ScalarSet(added))
    }
}
