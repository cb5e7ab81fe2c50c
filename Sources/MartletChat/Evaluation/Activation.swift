/// The variables of one running call: of the template, a block, a macro, a recursive loop or a loop's condition.
final class Activation {
    /// What names mean that the template does not set.
    let context: BlockContext
    private let parent: Activation?
    // As in `Interpreter`: accesses are single reads and writes.
    @exclusivity(unchecked) private var values: [Value?]

    init(_ count: Int, context: BlockContext, parent: Activation?) {
        self.context = context
        self.parent = parent
        values = Array(repeating: nil, count: count)
    }

    /// A value of this call itself.
    subscript(index: Int32) -> Value? {
        get { values[Int(index)] }
        set { values[Int(index)] = newValue }
    }

    /// A value of this call or of one around its definition.
    subscript(slot: Slot) -> Value? {
        get {
            if slot.hops == 0 { return values[Int(slot.index)] }
            return activation(at: slot.hops).values[Int(slot.index)]
        }
        set { activation(at: slot.hops).values[Int(slot.index)] = newValue }
    }

    private func activation(at hops: Int32) -> Activation {
        var activation = self
        for _ in 0..<hops {
            guard let parent = activation.parent else { break }
            activation = parent
        }
        return activation
    }

    /// Forgets all values, which breaks the cycle between a macro and the variables it sees.
    func removeAll() { values = Array(repeating: nil, count: values.count) }
}

/// The variables the template was given, and those it set outside of everything, which blocks can see; by `NameID`.
final class BlockContext {
    private let given: [Value?]
    private var exported: [Value?]

    init(_ given: [Value?]) {
        self.given = given
        exported = Array(repeating: nil, count: given.count)
    }

    /// The value of a name that the template does not set where it is used.
    subscript(name: NameID) -> Value? { exported[name] ?? given[name] }

    /// Lets blocks see a variable.
    func export(_ name: NameID, _ value: Value) { exported[name] = value }

    /// The same with more variables.
    func derived(_ locals: [(name: NameID, value: Value?)]) -> BlockContext {
        var values = given.indices.map { self[$0] }
        for (name, value) in locals { values[name] = value ?? values[name] }
        return BlockContext(values)
    }

    /// Forgets what was set, which breaks the cycle between a macro and the variables it sees.
    func removeAll() { exported = Array(repeating: nil, count: given.count) }
}
