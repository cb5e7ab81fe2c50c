extension KVCacheManager {
    /// What is wrong with the cache, given all block tables in use; empty when every invariant holds.
    func violations(tables: [BlockTable]) -> [String] {
        let order = full.freeBlocks.walk()
        var found = full.violations(uses: tables.flatMap(\.blocks), isWorthKeeping: prefixes.contains)
        found += indexViolations(order) + tables.flatMap(violations)
        for (index, window) in windows.enumerated() {
            let uses = tables.flatMap { $0.windows[index].blocks.dropFirst($0.windows[index].numReleased) }
            found += window.pool.violations(uses: uses) { window.content.prefix(of: $0) != nil }
            found += attachmentViolations(window.content, numThings: window.pool.numBlocks)
            found += tables.flatMap { violations(of: $0, window: index) }
        }
        if let checkpoints {
            let order = checkpoints.order.walk()
            found += attachmentViolations(checkpoints.content, numThings: order.count)
            let isKept = order.map { checkpoints.content.prefix(of: $0) != nil }
            if isKept.drop(while: { !$0 }).contains(false) {
                found.append("9: an empty checkpoint stands behind a full one")
            }
        }
        return found
    }

    private func attachmentViolations(_ content: PrefixAttachments, numThings: Int) -> [String] {
        var found: [String] = []
        for thing in 0..<Int32(numThings) {
            guard let prefix = content.prefix(of: thing) else { continue }
            if content.thing(on: prefix) != thing { found.append("7: \(thing) is not what prefix \(prefix) knows") }
            if !prefixes.contains(prefix) { found.append("7: prefix \(prefix) of \(thing) is not registered") }
        }
        for prefix in 0..<Int32(numBlocks) {
            guard let thing = content.thing(on: prefix), content.prefix(of: thing) != prefix else { continue }
            found.append("7: prefix \(prefix) is not what \(thing) knows")
        }
        return found
    }

    private func violations(of table: BlockTable, window: Int) -> [String] {
        let group = windows[window]
        let blocks = table.windows[window].blocks
        var found: [String] = []
        for place in table.windows[window].numReleased..<blocks.count {
            if place < table.numRegistered {
                guard group.content.thing(on: table.blocks[place]) != blocks[place] else { continue }
                found.append("8: block \(blocks[place]) of window \(group.window) is not that of its prefix")
            } else if group.content.prefix(of: blocks[place]) != nil
                || group.pool.referenceCounts[Int(blocks[place])] != 1
            {
                found.append("8: block \(blocks[place]) of window \(group.window) is written to and shared")
            }
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
            if prefixes.find(prefixes.stored(block), after: entry.parent, salt: entry.salt ?? PrefixSalt())?.block
                != block
            {
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
            } else if prefixes.contains(block) || full.referenceCounts[Int(block)] != 1 {
                found.append("5: block \(block) is written to and shared")
            }
        }
        if parent != table.lastPrefix { found.append("5: a table forgot its prefix") }
        return found
    }
}

extension BlockPool {
    /// What breaks invariants 1, 2 and 6; `uses` are the blocks of all tables.
    fileprivate func violations(uses: [Int32], isWorthKeeping: (Int32) -> Bool) -> [String] {
        var found: [String] = []
        var counts = [Int32](repeating: 0, count: numBlocks)
        for block in uses { counts[Int(block)] += 1 }
        let order = freeBlocks.walk()
        let free = Set(order)
        for block in 0..<Int32(numBlocks) {
            let count = referenceCounts[Int(block)]
            if counts[Int(block)] != count {
                found.append("1: block \(block) counts \(count) references and has \(counts[Int(block)])")
            }
            if free.contains(block) != (count == 0) {
                found.append("2: block \(block) has \(count) references and is free: \(free.contains(block))")
            }
        }
        if order.count != freeBlocks.count || free.count != order.count {
            found.append("2: the free list holds \(order.count) blocks and counts \(freeBlocks.count)")
        }
        if order != freeBlocks.walk(backwards: true).reversed() {
            found.append("2: the links of the free list disagree")
        }
        if let firstCached = order.firstIndex(where: isWorthKeeping),
            let lastEmpty = order.lastIndex(where: { !isWorthKeeping($0) }), lastEmpty > firstCached
        {
            found.append("6: block \(order[lastEmpty]) without content stands behind a registered one")
        }
        return found
    }
}
