/// Sets of JSON values made from formulas: closed under and, or and not, and written out only as far as asked.
///
/// A set is a conjunction of literals (a schema, a formula or a written-out value set, each possibly negated) until its
/// `value` is asked for. Since what is inside arrays and objects are sets again, recursive schemas stay finite.
/// Not shared between tasks.
final class SchemaAlgebra {
    /// A part of a conjunction.
    struct Literal: Hashable, Comparable {
        var atom: Int32
        var isNegated = false

        static func < (left: Literal, right: Literal) -> Bool {
            left.atom != right.atom ? left.atom < right.atom : !left.isNegated && right.isNegated
        }
    }

    enum Atom {
        case schema(SchemaID)
        case formula(Formula, in: SchemaID?)
        case value(ValueSet)
        /// Never negated.
        case union([SetID])
    }

    struct Node {
        var literals: [Literal]
        var value: ValueSet?
        /// The set of the same value that was written out first.
        var canonical: SetID
        var isOpen = false
        var isSurelyEmpty: Bool?
        /// Set once it is certain.
        var isInhabited: Bool?
    }

    static let all = SetID(index: 0)
    static let never = SetID(index: 1)

    let table: any SchemaTable
    let terms: TermArena
    /// Any text.
    let anything: Term

    var atoms: [Atom] = []
    var nodes: [Node] = []
    /// The lists of strings that there are, and their languages where these have been asked for.
    var words = WordTable()
    var languages: [WordList: Term] = [:]
    var expansions: [Literal: ValueSet] = [:]
    /// Whether a schema says `oneOf`.
    var choices: [SchemaID: Bool] = [:]
    /// The literals being written out.
    var openLiterals: Set<Literal> = []
    private var atomOfSchema: [SchemaID: Int32] = [:]
    private var atomOfFormula: [Formula: Int32] = [:]
    private var atomOfUnion: [[SetID]: Int32] = [:]
    private var setOfLiterals: [[Literal]: SetID] = [:]
    private var setOfValue: [ValueSet: SetID] = [:]
    private var meets: [SetPair: SetID] = [:]

    private(set) var objectShapes: [ObjectShape] = []
    private(set) var arrayShapes: [ArrayShape] = []
    private var objectShapeIDs: [ObjectShape: ShapeID] = [:]
    private var arrayShapeIDs: [ArrayShape: ShapeID] = [:]
    /// Where the names of wide objects are.
    var propertyIndices: [ShapeID: [PropertyName: Int]] = [:]

    /// Hashes of objects that have been alternatives.
    var signatures: [ShapeID: Signature] = [:]

    /// The schemas being written out, innermost last.
    var schemasBeingExpanded: [SchemaID] = []
    /// The schema whose rules are being written.
    var place: SchemaID?
    /// Levels of recursion, and where the stack was at the first of them: bounded because stacks are small.
    var depth = 0
    private var stackStart = 0
    /// See `isInhabited`.
    var provisional = ProvisionalInhabitedness()

    /// How objects and arrays can be finished.
    private(set) lazy var objects = ObjectFrames(algebra: self)
    private(set) lazy var arrays = ArrayFrames(algebra: self)

    /// Every value.
    private(set) var universe = ValueSet()

    private struct SetPair: Hashable {
        var left: SetID
        var right: SetID
    }

    init(table: any SchemaTable, terms: TermArena) throws(GrammarError) {
        self.table = table
        self.terms = terms
        anything = try terms.intern(.anything)
        universe.hasNull = true
        universe.hasFalse = true
        universe.hasTrue = true
        universe.numbers = [NumberSet()]
        universe.strings = .others(than: .empty)
        universe.arrays = [intern(ArrayShape(items: Self.all))]
        universe.objects = [intern(ObjectShape(rest: [.init(names: anything, schema: Self.all)]))]
        _ = set(of: universe)
        _ = set(of: ValueSet())
    }

    // MARK: Interning

    func intern(_ shape: ObjectShape) -> ShapeID {
        if let known = objectShapeIDs[shape] { return known }
        let id = ShapeID(index: Int32(objectShapes.count))
        objectShapes.append(shape)
        objectShapeIDs[shape] = id
        return id
    }

    func intern(_ shape: ArrayShape) -> ShapeID {
        if let known = arrayShapeIDs[shape] { return known }
        let id = ShapeID(index: Int32(arrayShapes.count))
        arrayShapes.append(shape)
        arrayShapeIDs[shape] = id
        return id
    }

    func object(_ id: ShapeID) -> ObjectShape { objectShapes[Int(id.index)] }

    func array(_ id: ShapeID) -> ArrayShape { arrayShapes[Int(id.index)] }

    /// The set with this value.
    func set(of value: ValueSet) -> SetID {
        if let known = setOfValue[value] { return known }
        let id = SetID(index: Int32(nodes.count))
        nodes.append(Node(literals: [], value: value, canonical: id))
        setOfValue[value] = id
        return id
    }

    /// The set of a schema.
    func set(of schema: SchemaID, negated: Bool = false) -> SetID {
        let atom: Int32
        if let known = atomOfSchema[schema] {
            atom = known
        } else {
            atom = append(.schema(schema))
            atomOfSchema[schema] = atom
        }
        return set(of: [Literal(atom: atom, isNegated: negated)])
    }

    /// The set of a formula; `schema` is where it stands.
    func set(of formula: Formula, negated: Bool = false) -> SetID {
        switch formula {
        case .always: negated ? Self.never : Self.all
        case .never: negated ? Self.all : Self.never
        case .not(let operand): set(of: operand, negated: !negated)
        case .reference(let schema): set(of: schema, negated: negated)
        case .all, .any, .exactlyOne, .assertion:
            set(of: [Literal(atom: atom(of: formula), isNegated: negated)])
        }
    }

    /// Small formulas that are written alike are one atom.
    private func atom(of formula: Formula) -> Int32 {
        guard formula.isSmall(levels: 2) else { return append(.formula(formula, in: schemasBeingExpanded.last)) }
        if let known = atomOfFormula[formula] { return known }
        let atom = append(.formula(formula, in: schemasBeingExpanded.last))
        atomOfFormula[formula] = atom
        return atom
    }

    /// A set and its complement.
    func setAndComplement(of formula: Formula) -> (SetID, SetID) {
        switch formula {
        case .not(let operand):
            let (set, complement) = setAndComplement(of: operand)
            return (complement, set)
        case .all, .any, .exactlyOne, .assertion:
            let atom = atom(of: formula)
            return (set(of: [Literal(atom: atom)]), set(of: [Literal(atom: atom, isNegated: true)]))
        default: return (set(of: formula), set(of: formula, negated: true))
        }
    }

    private func append(_ atom: Atom) -> Int32 {
        atoms.append(atom)
        return Int32(atoms.count - 1)
    }

    private func set(of literals: [Literal]) -> SetID {
        if let known = setOfLiterals[literals] { return canonical(known) }
        let id = SetID(index: Int32(nodes.count))
        nodes.append(Node(literals: literals, canonical: id))
        setOfLiterals[literals] = id
        return id
    }

    func canonical(_ id: SetID) -> SetID { nodes[Int(id.index)].canonical }

    // MARK: Conjunction

    /// The values in both sets.
    func intersection(_ left: SetID, _ right: SetID) throws(GrammarError) -> SetID {
        var left = canonical(left)
        var right = canonical(right)
        if left == right || right == Self.all || left == Self.never { return left }
        if left == Self.all || right == Self.never { return right }
        if right < left { swap(&left, &right) }
        let pair = SetPair(left: left, right: right)
        if let known = meets[pair] { return canonical(known) }
        try terms.budget.spend()
        let meet: SetID
        if let first = nodes[Int(left.index)].value, let second = nodes[Int(right.index)].value,
            first.arrays.isEmpty || second.arrays.isEmpty, first.objects.isEmpty || second.objects.isEmpty
        {
            meet = set(of: try self.meet(first, second))
        } else {
            let literals = Set(literals(of: left) + literals(of: right)).sorted()
            let contradicts = zip(literals, literals.dropFirst()).contains { $0.atom == $1.atom }
            meet = contradicts ? Self.never : set(of: literals)
        }
        meets[pair] = meet
        return meet
    }

    /// The values in either set, not written out before they are asked for. Nil where one is a conjunction with another
    /// union: those of a recursive schema could go on for ever.
    func union(_ left: SetID, _ right: SetID) throws(GrammarError) -> SetID? {
        let left = canonical(left)
        let right = canonical(right)
        if left == right || right == Self.never || left == Self.all { return left }
        if left == Self.never || right == Self.all || areComplements(left, right) {
            return left == Self.never ? right : Self.all
        }
        try terms.budget.spend()
        if let first = nodes[Int(left.index)].value, let second = nodes[Int(right.index)].value,
            first.arrays.isEmpty, second.arrays.isEmpty, first.objects.isEmpty, second.objects.isEmpty
        {
            return set(of: try join(first, second))
        }
        let members = Set(members(of: left) + members(of: right)).sorted()
        for member in members where nodes[Int(member.index)].literals.contains(where: isUnion) { return nil }
        let atom: Int32
        if let known = atomOfUnion[members] {
            atom = known
        } else {
            atom = append(.union(members))
            atomOfUnion[members] = atom
        }
        return set(of: [Literal(atom: atom)])
    }

    private func areComplements(_ left: SetID, _ right: SetID) -> Bool {
        let (first, second) = (nodes[Int(left.index)].literals, nodes[Int(right.index)].literals)
        guard first.count == 1, second.count == 1 else { return false }
        return first[0].atom == second[0].atom && first[0].isNegated != second[0].isNegated
    }

    /// The sets that a set is the union of.
    private func members(of id: SetID) -> [SetID] {
        let literals = nodes[Int(id.index)].literals
        if literals.count == 1, case .union(let members) = atoms[Int(literals[0].atom)] { return members }
        return [id]
    }

    private func isUnion(_ literal: Literal) -> Bool {
        if case .union = atoms[Int(literal.atom)] { true } else { false }
    }

    private func literals(of id: SetID) -> [Literal] {
        let node = nodes[Int(id.index)]
        if let value = node.value, node.literals.isEmpty {
            let literals = [Literal(atom: append(.value(value)))]
            nodes[Int(id.index)].literals = literals
            return literals
        }
        return node.literals
    }

    // MARK: Writing out

    /// What is in the set.
    func value(of id: SetID) throws(GrammarError) -> ValueSet {
        let id = canonical(id)
        let index = Int(id.index)
        if let known = nodes[index].value { return known }
        guard !nodes[index].isOpen else { throw endlessReference() }
        nodes[index].isOpen = true
        defer { nodes[index].isOpen = false }
        try descend()
        defer { depth -= 1 }
        let value = try conjunction(of: nodes[index].literals)
        nodes[index].value = value
        if let known = setOfValue[value] { nodes[index].canonical = known } else { setOfValue[value] = id }
        return value
    }

    func isOpen(_ id: SetID) -> Bool { nodes[Int(canonical(id).index)].isOpen }

    func descend() throws(GrammarError) {
        try terms.budget.spend()
        let address = Self.stackAddress()
        if depth == 0 { stackStart = address }
        guard address.distance(to: stackStart).magnitude < Self.maxStack else {
            throw GrammarError(.tooComplex, pointer: pointer, "schemas refer to each other too deeply")
        }
        depth += 1
    }

    private static func stackAddress() -> Int {
        var mark: UInt8 = 0
        return withUnsafePointer(to: &mark) { Int(bitPattern: $0) }
    }

    /// Bytes of the stack that recursion may take: leaves room on a stack of 512 KiB.
    private static let maxStack = 320 << 10

    /// The alternatives of one type that a conjunction may be multiplied out to.
    static let maxAlternatives = 4096

    /// Where the innermost schema being written out stands.
    var pointer: String? { (schemasBeingExpanded.last ?? place).map { table.pointer(of: $0) } }

    /// The schema of a set, where it is that of one.
    func schema(of id: SetID) -> SchemaID? {
        for literal in nodes[Int(id.index)].literals {
            switch atoms[Int(literal.atom)] {
            case .schema(let schema): return schema
            case .formula(_, let schema): if let schema { return schema }
            case .value, .union: break
            }
        }
        return nil
    }

    func endlessReference() -> GrammarError {
        GrammarError(
            .unsupported, pointer: pointer, keyword: "$ref", "the schema refers to itself without end: it says nothing")
    }

    static func isEndlessReference(_ error: GrammarError) -> Bool {
        error.reason == .unsupported && error.keyword == "$ref"
    }
}

extension Formula {
    /// Without names or values inside arrays and objects, and no more than a few parts.
    fileprivate func isSmall(levels: Int) -> Bool {
        switch self {
        case .always, .never, .reference: true
        case .not(let operand): operand.isSmall(levels: levels)
        case .all(let operands), .any(let operands), .exactlyOne(let operands):
            levels > 0 && operands.count <= 8 && operands.allSatisfy { $0.isSmall(levels: levels - 1) }
        case .assertion(let assertion):
            switch assertion {
            case .type, .constant, .atLeast, .atMost, .multipleOf, .matches, .length, .itemCount, .uniqueItems,
                .propertyCount, .writtenAsInteger:
                true
            case .item, .items, .contains, .required, .property, .properties, .propertyNames: false
            }
        }
    }
}
