extension TermArena {
    func union(_ terms: [Term]) throws(GrammarError) -> Term {
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        for term in terms { scratch.append(term.index) }
        return Term(index: try unite(from: start))
    }

    func union(_ left: Int32, _ right: Int32, depth: Int = 0) throws(GrammarError) -> Int32 {
        if left == right || isKnownEmpty(right) { return isKnownEmpty(left) ? Self.nothing : left }
        if isKnownEmpty(left) { return right }
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        scratch.append(left)
        scratch.append(right)
        return try unite(from: start, depth: depth)
    }

    /// The union of the scratch operands from `start` on, in normal form: no union, no `nothing`, sorted, one set of
    /// scalars, one complement; common beginnings factored out.
    func unite(from start: Int, depth: Int = 0) throws(GrammarError) -> Int32 {
        while true {
            let kinds = flatten(.union, from: start)
            if kinds & 1 << 31 != 0 { return Self.anything }
            sortScratch(from: start)
            let count = scratch.count - start
            if count == 0 { return Self.nothing }
            if count == 1 { return scratch[start] }
            if try !simplifyUnion(from: start, kinds, depth) {
                return try makeList(.union, from: start)
            }
        }
    }

    /// Replaces the operands that are of `kind` by theirs and drops what changes nothing. A bit for each kind of operand;
    /// bit 31 where one makes the whole trivial (`anything` in a union, `nothing` in an intersection).
    func flatten(_ kind: TermNode.Kind, from start: Int) -> UInt32 {
        let isUnion = kind == .union
        var kinds: UInt32 = 0
        let end = scratch.count
        var kept = start
        for index in start..<end {
            let term = scratch[index]
            let node = nodes[Int(term)]
            if node.flags.contains(.knownEmpty) {
                if isUnion { continue }
                kinds |= 1 << 31
            }
            if term == Self.anything {
                if !isUnion { continue }
                kinds |= 1 << 31
            }
            if node.kind == kind {
                for inner in Int(node.a)..<Int(node.a + node.b) {
                    scratch.append(operands[inner])
                    kinds |= 1 << UInt32(nodes[Int(operands[inner])].kind.rawValue)
                }
            } else {
                kinds |= 1 << UInt32(node.kind.rawValue)
                scratch[kept] = term
                kept += 1
            }
        }
        for index in end..<scratch.count {
            scratch[kept] = scratch[index]
            kept += 1
        }
        scratch.truncate(to: kept)
        return kinds
    }

    /// Sorts the scratch operands from `start` on and drops repetitions.
    func sortScratch(from start: Int) {
        let base = scratch.base + start
        let count = scratch.count - start
        if count <= 16 {
            for index in 1..<max(count, 1) {
                let value = base[index]
                var place = index
                while place > 0, base[place - 1] > value {
                    base[place] = base[place - 1]
                    place -= 1
                }
                base[place] = value
            }
        } else {
            var buffer = UnsafeMutableBufferPointer(start: base, count: count)
            buffer.sort()
        }
        guard count > 1 else { return }
        var kept = 1
        for index in 1..<count where base[index] != base[kept - 1] {
            base[kept] = base[index]
            kept += 1
        }
        scratch.truncate(to: start + kept)
    }

    /// Whether two operands were replaced by one.
    private func simplifyUnion(from start: Int, _ kinds: UInt32, _ depth: Int) throws(GrammarError) -> Bool {
        func has(_ kind: TermNode.Kind) -> Bool { kinds & 1 << UInt32(kind.rawValue) != 0 }
        if has(.scalars), try mergeScalars(from: start) { return true }
        if has(.empty), dropEmpty(from: start) { return true }
        if has(.complement), try mergeComplements(.union, from: start, depth) { return true }
        if has(.repeated), dropShort(from: start) { return true }
        if has(.jsonContent) || has(.jsonEscape) || has(.jsonHex) {
            if try mergeJSON(.union, from: start, depth) { return true }
        }
        guard has(.sequence) || has(.repeated), depth < Self.maxFactoring else { return false }
        return try factor(from: start, depth)
    }

    private func mergeScalars(from start: Int) throws(GrammarError) -> Bool {
        var merged: Int32 = -1
        var count = 0
        for index in start..<scratch.count {
            let node = nodes[Int(scratch[index])]
            guard node.kind == .scalars else { continue }
            merged = count == 0 ? node.a : sets.union(merged, node.a)
            count += 1
        }
        if count < 2 { return false }
        for index in start..<scratch.count where nodes[Int(scratch[index])].kind == .scalars {
            scratch[index] = Self.nothing
        }
        scratch.append(try make(.scalars, merged))
        return true
    }

    /// Drops the empty text where another operand has it too.
    private func dropEmpty(from start: Int) -> Bool {
        guard scratch[start] == Self.empty else { return false }
        for index in start + 1..<scratch.count where isNullable(scratch[index]) {
            scratch[start] = Self.nothing
            return true
        }
        return false
    }

    /// Drops the operands all of whose texts have a length that any scalars may have.
    private func dropShort(from start: Int) -> Bool {
        for index in start..<scratch.count {
            let node = nodes[Int(scratch[index])]
            guard node.kind == .repeated, node.a == Self.anyScalar else { continue }
            var dropped = false
            for other in start..<scratch.count where other != index {
                let operand = nodes[Int(scratch[other])]
                if operand.minLength >= node.minLength, operand.maxLength <= node.maxLength {
                    scratch[other] = Self.nothing
                    dropped = true
                }
            }
            if dropped { return true }
        }
        return false
    }
}
