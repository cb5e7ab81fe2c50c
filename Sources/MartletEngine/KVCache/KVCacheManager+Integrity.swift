extension KVCacheManager {
    /// What is wrong with the cache, given all block tables in use; empty when every invariant holds.
    func violations(tables: [BlockTable]) -> [String] {
        let order = freeBlocks.walk()
        return referenceViolations(tables) + freeListViolations(order) + indexViolations(order)
            + tables.flatMap(violations)
    }

    private func referenceViolations(_ tables: [BlockTable]) -> [String] {
        var counts = [Int32](repeating: 0, count: numBlocks)
        for table in tables { for block in table.blocks { counts[Int(block)] += 1 } }
        return (0..<numBlocks).filter { counts[$0] != referenceCounts[$0] }.map {
            "1: block \($0) counts \(referenceCounts[$0]) references and has \(counts[$0])"
        }
    }

    private func freeListViolations(_ order: [Int32]) -> [String] {
        var found: [String] = []
        if order.count != freeBlocks.count || Set(order).count != order.count {
            found.append("2: the free list holds \(order.count) blocks and counts \(freeBlocks.count)")
        }
        if order != freeBlocks.walk(backwards: true).reversed() {
            found.append("2: the links of the free list disagree")
        }
        let free = Set(order)
        for block in 0..<Int32(numBlocks) where free.contains(block) != (referenceCounts[Int(block)] == 0) {
            found.append(
                "2: block \(block) has \(referenceCounts[Int(block)]) references and is free: \(free.contains(block))")
        }
        if let firstCached = order.firstIndex(where: prefixes.contains),
            let lastEmpty = order.lastIndex(where: { !prefixes.contains($0) }), lastEmpty > firstCached
        {
            found.append("6: block \(order[lastEmpty]) without content stands behind a registered one")
        }
        return found
    }

    private func indexViolations(_ order: [Int32]) -> [String] {
        var found: [String] = []
        let registered = (0..<Int32(numBlocks)).filter(prefixes.contains)
        if registered.count != prefixes.count {
            found.append("3: the index counts \(prefixes.count) of \(registered.count)")
        }
        var owner: [PrefixID: Int32] = [:]
        for block in registered { if let entry = prefixes[block] { owner[entry.id] = block } }
        var age: [Int32: Int] = [:]
        for (index, block) in order.enumerated() { age[block] = index }
        for block in registered {
            guard let entry = prefixes[block] else { continue }
            if prefixes.find(prefixes.stored(block), after: entry.parent, salt: entry.salt)?.block != block {
                found.append("3: block \(block) is not found under its key")
            }
            guard let parentID = entry.parent else { continue }
            guard let parent = owner[parentID] else {
                found.append("4: the parent of block \(block) is not registered")
                continue
            }
            if let parentAge = age[parent], parentAge < (age[block] ?? .max) {
                found.append("4: block \(parent) would be evicted before its continuation \(block)")
            }
        }
        return found
    }

    private func violations(of table: BlockTable) -> [String] {
        var found: [String] = []
        var parent: PrefixID?
        for (place, block) in table.blocks.enumerated() {
            if place < table.numRegistered {
                let entry = prefixes[block]
                if entry == nil || entry?.parent != parent {
                    found.append("5: block \(block) breaks its table's chain")
                }
                parent = entry?.id
            } else if prefixes.contains(block) || referenceCounts[Int(block)] != 1 {
                found.append("5: block \(block) is written to and shared")
            }
        }
        if parent != table.lastPrefix { found.append("5: a table forgot its prefix") }
        return found
    }
}
