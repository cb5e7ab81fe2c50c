/// The state of one question for inhabitants: a least fixed point over the sets it leads to.
struct ProvisionalInhabitedness {
    var isRunning = false
    /// Sets looked at in this pass; without inhabitants as far as this pass knows.
    var visited: Set<SetID> = []
    /// Whether the pass took a set that it is still looking at for empty.
    var hasAssumed = false
    var hasFound = false
}

extension SchemaAlgebra {
    /// Whether the set has a value. Values are finite, so recursion counts only where it ends.
    func isInhabited(_ id: SetID) throws(GrammarError) -> Bool {
        if let known = nodes[Int(canonical(id).index)].isInhabited { return known }
        if provisional.isRunning { return try isInhabitedInThisPass(id) }
        provisional.isRunning = true
        defer { provisional = ProvisionalInhabitedness() }
        while true {
            provisional.visited.removeAll(keepingCapacity: true)
            provisional.hasAssumed = false
            provisional.hasFound = false
            if try isInhabitedInThisPass(id) { return true }
            if !provisional.hasAssumed || !provisional.hasFound { break }
        }
        for set in provisional.visited where nodes[Int(set.index)].isInhabited == nil {
            nodes[Int(set.index)].isInhabited = false
        }
        return false
    }

    private func isInhabitedInThisPass(_ id: SetID) throws(GrammarError) -> Bool {
        try descend()
        defer { depth -= 1 }
        let value = try value(of: id)
        let id = canonical(id)
        if let known = nodes[Int(id.index)].isInhabited { return known }
        guard provisional.visited.insert(id).inserted else {
            provisional.hasAssumed = true
            return false
        }
        var isInhabited =
            value.hasNull || value.hasFalse || value.hasTrue || !value.numbers.isEmpty || value.strings != nil
        for shape in value.arrays where !isInhabited { isInhabited = try arrays.isInhabited(shape) }
        for shape in value.objects where !isInhabited { isInhabited = try objects.isInhabited(shape) }
        if isInhabited {
            nodes[Int(id.index)].isInhabited = true
            provisional.hasFound = true
        }
        return isInhabited
    }

    /// Whether it is easy to see that the set is empty. May say no where it is.
    func isSurelyEmpty(_ id: SetID, levels: Int = 3) throws(GrammarError) -> Bool {
        let id = canonical(id)
        let node = nodes[Int(id.index)]
        if let known = node.isSurelyEmpty { return known }
        if let known = node.isInhabited { return !known }
        if node.isOpen || levels == 0 { return false }
        let value: ValueSet
        do {
            value = try self.value(of: id)
        } catch where Self.isEndlessReference(error) {
            // One that is being written out: nothing can be said yet.
            return false
        }
        var isEmpty =
            !value.hasNull && !value.hasFalse && !value.hasTrue && value.numbers.isEmpty && value.strings == nil
        for id in value.arrays where isEmpty {
            let shape = array(id)
            var isPossible = true
            for index in 0..<min(shape.minCount, shape.prefix.count + 1) where isPossible {
                isPossible = try !isSurelyEmpty(shape.item(at: index), levels: levels - 1)
            }
            if isPossible { isEmpty = false }
        }
        for id in value.objects where isEmpty {
            var isPossible = true
            for property in object(id).properties where property.isRequired && isPossible {
                isPossible = try !isSurelyEmpty(property.schema, levels: levels - 1)
            }
            if isPossible { isEmpty = false }
        }
        if isEmpty || levels == 3 { nodes[Int(canonical(id).index)].isSurelyEmpty = isEmpty }
        return isEmpty
    }
}
