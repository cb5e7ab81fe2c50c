/// A set of objects: those that meet all of this.
struct ObjectShape: Hashable {
    /// A name that is spoken of, and what its value must be.
    struct Property: Hashable {
        var name: PropertyName
        /// `never`: there must be no such property.
        var schema: SetID
        var isRequired: Bool
        /// Comes in its place among the declared properties; the others come after these in any order.
        var isDeclared: Bool
    }

    /// What the values of names must be that `properties` does not list.
    struct Rest: Hashable {
        var names: Term
        var schema: SetID
    }

    /// There is a property with a name of the language and a value of the set.
    struct Obligation: Hashable {
        var names: Term
        var schema: SetID
    }

    var properties: [Property] = []
    /// Disjoint languages; names outside of all of them are forbidden.
    var rest: [Rest]
    var minCount = 0
    var maxCount: Int?
    var obligations: [Obligation] = []
    /// Objects that are left out.
    var excluded: [ConstantValue] = []

    /// Whether nothing but names, and how many there are, decides what may come next.
    var isPlain: Bool { obligations.isEmpty && excluded.isEmpty }

    var requiredCount: Int { properties.reduce(0) { $0 + ($1.isRequired ? 1 : 0) } }
}
