/// Arrays in more than one shape.
extension SchemaAlgebra {
    /// The arrays of both shapes; nil where there are none, as far as that is easy to see.
    func intersection(array left: ShapeID, _ right: ShapeID, prunes: Bool) throws(GrammarError) -> ShapeID? {
        if left == right || right == universe.arrays[0] { return left }
        if left == universe.arrays[0] { return right }
        let first = array(left)
        let second = array(right)
        var shape = ArrayShape(items: try intersection(first.items, second.items))
        for index in 0..<max(first.prefix.count, second.prefix.count) {
            try terms.budget.spend()
            shape.prefix.append(try intersection(first.item(at: index), second.item(at: index)))
        }
        shape.minCount = max(first.minCount, second.minCount)
        shape.maxCount = [first.maxCount, second.maxCount].compactMap { $0 }.min()
        shape.contains = first.contains
        for rule in second.contains {
            let same = shape.contains.firstIndex { $0.from == rule.from && $0.schema == rule.schema }
            guard let same else {
                shape.contains.append(rule)
                continue
            }
            let atLeast = max(shape.contains[same].minCount, rule.minCount)
            let atMost = [shape.contains[same].maxCount, rule.maxCount].compactMap { $0 }.min()
            if let atMost, atMost < atLeast { return nil }
            shape.contains[same].minCount = atLeast
            shape.contains[same].maxCount = atMost
        }
        shape.isUnique = first.isUnique || second.isUnique
        shape.hasRepeat = first.hasRepeat || second.hasRepeat
        if shape.isUnique, shape.hasRepeat { return nil }
        shape.excluded = first.excluded + second.excluded.filter { !first.excluded.contains($0) }
        if let maximum = shape.maxCount, maximum < shape.minCount { return nil }
        if prunes {
            for index in 0..<min(shape.minCount, shape.prefix.count + 1) {
                let item = shape.item(at: index)
                if item != first.item(at: index) || item != second.item(at: index), try isSurelyEmpty(item) {
                    return nil
                }
            }
            for rule in shape.contains where rule.minCount > 0 {
                var isPossible = false
                for index in min(rule.from, shape.prefix.count)...shape.prefix.count where !isPossible {
                    isPossible = try !isSurelyEmpty(try intersection(shape.item(at: index), rule.schema))
                }
                if !isPossible { return nil }
            }
        }
        return intern(shape)
    }
}
