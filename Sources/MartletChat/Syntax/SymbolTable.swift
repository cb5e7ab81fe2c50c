/// The variables of a function that a template is made into, numbered.
final class FunctionVariables {
    let frame: FrameID
    /// How many functions are around it.
    let depth: Int
    var layout = FunctionLayout()
    private var indexes: [Key: Int32] = [:]

    private struct Key: Hashable {
        var level: Int
        var name: NameID
    }

    init(frame: FrameID, inside outer: FunctionVariables?) {
        self.frame = frame
        depth = outer.map { $0.depth + 1 } ?? 0
    }

    /// The place of a name on a level; parts beside each other on one level share it.
    func index(level: Int, name: NameID) -> Int32 {
        let key = Key(level: level, name: name)
        if let index = indexes[key] { return index }
        let index = Int32(layout.count)
        layout.count += 1
        indexes[key] = index
        return index
    }
}

/// A variable: a place in a function.
struct Variable: Hashable {
    let function: FunctionVariables
    let index: Int32

    static func == (left: Variable, right: Variable) -> Bool {
        left.function === right.function && left.index == right.index
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(function))
        hasher.combine(index)
    }
}

/// Which variables the names in a part of a template mean, and what they begin with.
final class SymbolTable {
    /// What a variable begins with.
    enum Start {
        /// Set by whatever enters the part.
        case parameter
        case given(NameID)
        case alias(Variable)
        case undefined
    }

    let level: Int
    let parent: SymbolTable?
    let function: FunctionVariables
    private(set) var variables: [NameID: Variable] = [:]
    private(set) var starts: [Variable: Start] = [:]
    private(set) var stores: Set<NameID> = []

    init(parent: SymbolTable?, function: FunctionVariables) {
        self.parent = parent
        self.function = function
        level = parent.map { $0.level + 1 } ?? 0
    }

    private init(copying other: SymbolTable) {
        (level, parent, function) = (other.level, other.parent, other.function)
        (variables, starts, stores) = (other.variables, other.starts, other.stores)
    }

    func copy() -> SymbolTable { SymbolTable(copying: self) }

    /// The variable that a name means here or further out.
    func find(_ name: NameID) -> Variable? { variables[name] ?? parent?.find(name) }

    @discardableResult
    private func define(_ name: NameID, _ start: Start) -> Variable {
        let variable = Variable(function: function, index: function.index(level: level, name: name))
        variables[name] = variable
        starts[variable] = start
        return variable
    }

    func load(_ name: NameID) {
        if find(name) == nil { define(name, .given(name)) }
    }

    func store(_ name: NameID) {
        stores.insert(name)
        guard variables[name] == nil else { return }
        define(name, parent?.find(name).map { .alias($0) } ?? .undefined)
    }

    @discardableResult
    func declareParameter(_ name: NameID) -> Variable {
        stores.insert(name)
        return define(name, .parameter)
    }

    /// Takes over what the branches of a condition do, of which only one will run.
    func merge(_ branches: [SymbolTable]) {
        let newStores = branches.reduce(into: Set<NameID>()) { $0.formUnion($1.stores) }.subtracting(stores)
        for branch in branches {
            variables.merge(branch.variables) { $1 }
            starts.merge(branch.starts) { $1 }
            stores.formUnion(branch.stores)
        }
        for name in newStores {
            guard let variable = find(name) else { continue }
            starts[variable] = parent?.find(name).map { .alias($0) } ?? .given(name)
        }
    }

    /// The variables assigned to here and further out, which a block can be given to see.
    var allStores: [NameID: Variable] {
        var all = parent?.allStores ?? [:]
        for name in stores { all[name] = find(name) }
        return all
    }
}
