/// Boolean functions of numbered variables as reduced ordered decision diagrams: equal functions are one number.
struct DecisionDiagrams {
    static let no: Int32 = 0
    static let yes: Int32 = 1
    /// More than that is a pattern too complex.
    private static let maxNodes = 1 << 17
    private static let maxSteps = 1 << 20

    private struct Node: Hashable {
        var variable: Int32
        var low: Int32
        var high: Int32
    }

    private var nodes = [Node(variable: .max, low: 0, high: 0), Node(variable: .max, low: 1, high: 1)]
    private var indices: [Node: Int32] = [:]
    private var choices: [SIMD3<Int32>: Int32] = [:]
    private var steps = 0

    mutating func variable(_ number: Int32) throws(GrammarError) -> Int32 { try node(number, Self.no, Self.yes) }

    mutating func and(_ left: Int32, _ right: Int32) throws(GrammarError) -> Int32 {
        try choice(left, right, Self.no)
    }

    mutating func or(_ left: Int32, _ right: Int32) throws(GrammarError) -> Int32 {
        try choice(left, Self.yes, right)
    }

    mutating func not(_ function: Int32) throws(GrammarError) -> Int32 { try choice(function, Self.no, Self.yes) }

    /// `then` where `condition` holds, `otherwise` elsewhere. Recurs as deep as there are variables.
    private mutating func choice(
        _ condition: Int32, _ then: Int32, _ otherwise: Int32
    ) throws(GrammarError) -> Int32 {
        if condition == Self.yes || then == otherwise { return then }
        if condition == Self.no { return otherwise }
        if then == Self.yes, otherwise == Self.no { return condition }
        let key = SIMD3(condition, then, otherwise)
        if let known = choices[key] { return known }
        try step()
        let parts = (nodes[Int(condition)], nodes[Int(then)], nodes[Int(otherwise)])
        let variable = min(parts.0.variable, parts.1.variable, parts.2.variable)
        func branch(_ node: Node, _ function: Int32, _ high: Bool) -> Int32 {
            node.variable == variable ? (high ? node.high : node.low) : function
        }
        let low = try choice(
            branch(parts.0, condition, false), branch(parts.1, then, false), branch(parts.2, otherwise, false))
        let high = try choice(
            branch(parts.0, condition, true), branch(parts.1, then, true), branch(parts.2, otherwise, true))
        let result = try node(variable, low, high)
        choices[key] = result
        return result
    }

    private mutating func node(_ variable: Int32, _ low: Int32, _ high: Int32) throws(GrammarError) -> Int32 {
        if low == high { return low }
        let node = Node(variable: variable, low: low, high: high)
        if let known = indices[node] { return known }
        nodes.append(node)
        indices[node] = Int32(nodes.count - 1)
        return Int32(nodes.count - 1)
    }

    /// Pays for a piece of work.
    mutating func step() throws(GrammarError) {
        steps += 1
        guard steps < Self.maxSteps, nodes.count < Self.maxNodes else {
            throw GrammarError(.tooComplex, "regular expression: its lookaround takes too many states")
        }
    }

    /// The function with other functions in place of its variables.
    mutating func substitute(
        in function: Int32, _ replacement: (Int32) -> Int32
    ) throws(GrammarError) -> Int32 {
        var results = [Self.no: Self.no, Self.yes: Self.yes]
        // Parts have smaller numbers than what they are part of.
        for part in parts(of: function).sorted() {
            let node = nodes[Int(part)]
            try step()
            guard let low = results[node.low], let high = results[node.high] else { continue }
            results[part] = low == high ? low : try choice(replacement(node.variable), high, low)
        }
        return results[function] ?? Self.no
    }

    /// Whether it holds where exactly the variables of `isTrue` do.
    func holds(_ function: Int32, where isTrue: (Int32) -> Bool) -> Bool {
        var part = function
        while part > Self.yes {
            let node = nodes[Int(part)]
            part = isTrue(node.variable) ? node.high : node.low
        }
        return part == Self.yes
    }

    /// The variables it depends on.
    func variables(of function: Int32) -> Set<Int32> { Set(parts(of: function).map { nodes[Int($0)].variable }) }

    private func parts(of function: Int32) -> Set<Int32> {
        var found: Set<Int32> = []
        var pending = [function]
        while let part = pending.popLast() {
            guard part > Self.yes, found.insert(part).inserted else { continue }
            pending.append(nodes[Int(part)].low)
            pending.append(nodes[Int(part)].high)
        }
        return found
    }
}
