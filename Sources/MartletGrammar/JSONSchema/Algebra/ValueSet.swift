/// A set of JSON values of a `SchemaAlgebra`, by number.
struct SetID: Hashable, Comparable, Sendable {
    var index: Int32

    static func < (left: SetID, right: SetID) -> Bool { left.index < right.index }
}

/// An array or object shape of a `SchemaAlgebra`, by number.
struct ShapeID: Hashable, Comparable, Sendable {
    var index: Int32

    static func < (left: ShapeID, right: ShapeID) -> Bool { left.index < right.index }
}

/// A set of JSON values, written out one level deep: the union of these alternatives. What is inside arrays and objects
/// stays a `SetID`, written out when it is needed.
struct ValueSet: Hashable {
    var hasNull = false
    var hasFalse = false
    var hasTrue = false
    /// Any of these; may overlap.
    var numbers: [NumberSet] = []
    /// The (decoded) strings; nil for none.
    var strings: StringSet?
    /// Any of these; may overlap.
    var arrays: [ShapeID] = []
    /// Any of these; may overlap.
    var objects: [ShapeID] = []

    var isEmpty: Bool {
        !hasNull && !hasFalse && !hasTrue && numbers.isEmpty && strings == nil && arrays.isEmpty && objects.isEmpty
    }

    /// How many alternatives it has.
    var size: Int { numbers.count + arrays.count + objects.count + 4 }

    /// The types that have an alternative.
    var types: JSONTypes {
        var types: JSONTypes = []
        if hasNull { types.insert(.null) }
        if hasFalse || hasTrue { types.insert(.boolean) }
        if !numbers.isEmpty { types.insert(.number) }
        if strings != nil { types.insert(.string) }
        if !arrays.isEmpty { types.insert(.array) }
        if !objects.isEmpty { types.insert(.object) }
        return types
    }

    /// The part of these types.
    func restricted(to types: JSONTypes) -> ValueSet {
        var part = self
        if !types.contains(.null) { part.hasNull = false }
        if !types.contains(.boolean) { (part.hasFalse, part.hasTrue) = (false, false) }
        if !types.contains(.number) { part.numbers = [] }
        if !types.contains(.string) { part.strings = nil }
        if !types.contains(.array) { part.arrays = [] }
        if !types.contains(.object) { part.objects = [] }
        return part
    }
}
