extension Value {
    /// Python's `==`.
    func equals(_ other: Value) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)), (.string(let left), .markup(let right)),
            (.markup(let left), .string(let right)), (.markup(let left), .markup(let right)):
            return left.isSame(as: right)
        case (.integer(let left), .integer(let right)): return left == right
        case (.undefined, .undefined), (.none, .none): return true
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return left === right || left.equals(right)
        case (.dict(let left), .dict(let right)):
            return left.count == right.count
                && left.entries.allSatisfy { entry in right[entry.key].map { entry.value.equals($0) } ?? false }
        case (.view(let kind, let left), .view(let otherKind, let right)):
            return kind != .values && kind == otherKind && left.hasSameElements(as: right, of: kind)
        case (.range(let a, let b, let c), .range(let x, let y, let z)):
            let count = Value.rangeCount(a, b, c)
            guard count == Value.rangeCount(x, y, z) else { return false }
            return count == 0 || (a == x && (count == 1 || c == z))
        default: return isNumber ? other.isNumber && order(to: other) == 0 : isSameObject(as: other)
        }
    }

    /// Whether both are the same object, for objects that are compared so.
    private func isSameObject(as other: Value) -> Bool {
        switch (self, other) {
        case (.namespace(let left), .namespace(let right)): left === right
        case (.macro(let left), .macro(let right)): left === right
        case (.function(let left), .function(let right)): left == right
        case (.loop(let left), .loop(let right)): left === right
        case (.cycler(let left), .cycler(let right)): left === right
        case (.joiner(let left), .joiner(let right)): left === right
        case (.iterator(let left), .iterator(let right)): left === right
        case (.method(let left), .method(let right)):
            left.name == right.name && left.receiver.isIdentical(to: right.receiver)
        default: false
        }
    }

    /// Python's `is`, as far as templates can rely on it.
    func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.list(let left), .list(let right)): left === right
        case (.tuple(let left), .tuple(let right)): left === right || left.elements.isEmpty && right.elements.isEmpty
        case (.dict(let left), .dict(let right)): left === right
        case (.undefined(let left), .undefined(let right)): left === right
        case (.view, _), (.range, _): false
        default: typeName == other.typeName && equals(other)
        }
    }

    /// Python's `<`; nil where the types have no order.
    func isLess(than other: Value) -> Bool? {
        switch (self, other) {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (a, b) in zip(left.elements, right.elements) where !a.equals(b) { return a.isLess(than: b) }
            return left.elements.count < right.elements.count
        case (.view(let kind, let left), .view(let otherKind, let right)) where kind != .values && kind == otherKind:
            return left.count < right.count && left.isSubset(of: right, kind)
        default: break
        }
        if let left = text { return other.text.map { left.comesBefore($0) } }
        guard isNumber, other.isNumber else { return nil }
        return order(to: other).map { $0 < 0 } ?? false
    }

    /// How two numbers compare: below zero, zero or above; nil where one is not a number (NaN).
    private func order(to other: Value) -> Int? {
        if let left = integer, let right = other.integer { return left < right ? -1 : left == right ? 0 : 1 }
        if case .float(let left) = self {
            if case .float(let right) = other {
                return left < right ? -1 : left == right ? 0 : left > right ? 1 : nil
            }
            return other.order(to: self).map { -$0 }
        }
        guard let left = wholeNumber else { return nil }
        if case .float(let right) = other {
            guard right.isFinite else { return right.isNaN ? nil : right < 0 ? 1 : -1 }
            let whole = BigInteger(right)
            if left != whole { return left < whole ? -1 : 1 }
            let fraction = right - right.rounded(.towardZero)
            return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
        }
        guard let right = other.wholeNumber else { return nil }
        return left < right ? -1 : left == right ? 0 : 1
    }
}

extension ListValue {
    func equals(_ other: ListValue) -> Bool {
        elements.count == other.elements.count && zip(elements, other.elements).allSatisfy { $0.equals($1) }
    }
}

extension DictValue {
    fileprivate func hasSameElements(as other: DictValue, of kind: DictView) -> Bool {
        count == other.count && isSubset(of: other, kind)
    }

    fileprivate func isSubset(of other: DictValue, _ kind: DictView) -> Bool {
        entries.allSatisfy { entry in
            guard let value = other[entry.key] else { return false }
            return kind == .keys || entry.value.equals(value)
        }
    }
}
