extension Value {
    /// Python's `==`.
    func equals(_ other: Value) -> Bool {
        if let left = text { return other.text.map { left.isSame(as: $0) } ?? false }
        if case .integer(let left) = self, case .integer(let right) = other { return left == right }
        if let left = number { return other.number.map { left == $0 } ?? false }
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return left.elements.count == right.elements.count
                && zip(left.elements, right.elements).allSatisfy { $0.equals($1) }
        case (.dict(let left), .dict(let right)):
            return left.count == right.count
                && left.entries.allSatisfy { entry in right[entry.key].map { entry.value.equals($0) } ?? false }
        case (.range(let a, let b, let c), .range(let x, let y, let z)): return (a, b, c) == (x, y, z)
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.macro(let left), .macro(let right)): return left === right
        case (.function(let left), .function(let right)): return left == right
        case (.loop(let left), .loop(let right)): return left === right
        default: return false
        }
    }

    /// Python's `<`; nil where the types have no order.
    func isLess(than other: Value) -> Bool? {
        if let left = text { return other.text.map { left.comesBefore($0) } }
        if case .integer(let left) = self, case .integer(let right) = other { return left < right }
        if let left = number { return other.number.map { left < $0 } }
        switch (self, other) {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (a, b) in zip(left.elements, right.elements) where !a.equals(b) { return a.isLess(than: b) }
            return left.elements.count < right.elements.count
        default: return nil
        }
    }
}
