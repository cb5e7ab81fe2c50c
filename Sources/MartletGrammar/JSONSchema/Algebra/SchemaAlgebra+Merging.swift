/// Alternatives that are one shape: those that differ in one property only.
///
/// `k absent` or `k required: S` is `k optional: S`, and `k: S` or `k: T` is `k: S or T`, required where it is in both.
/// Without this, complements of objects and what is said of one property would multiply out.
extension SchemaAlgebra {
    /// A shape by hashes: of the whole, and of each property with and without what may differ.
    struct Signature {
        var whole: Int
        var properties: [(exact: Int, open: Int)]

        /// The hash of all but what may differ in one property.
        func key(without index: Int) -> Int { whole &- properties[index].exact &+ properties[index].open }
    }

    /// Makes one of shapes that differ in one property.
    func mergeObjects(_ shapes: inout [ShapeID]) throws(GrammarError) {
        guard shapes.count > 1 else { return }
        var kept: [ShapeID?] = []
        var places: [Int: Int] = [:]
        for shape in shapes {
            var shape = shape
            while let (place, merged) = try partner(of: shape, in: kept, places) {
                kept[place] = nil
                shape = merged
            }
            for index in signature(shape).properties.indices {
                let key = signature(shape).key(without: index)
                if let place = places[key], kept[place] != nil { continue }
                places[key] = kept.count
            }
            kept.append(shape)
        }
        var seen = Set<ShapeID>()
        shapes = kept.compactMap { $0 }.filter { seen.insert($0).inserted }
    }

    private func partner(
        of shape: ShapeID, in kept: [ShapeID?], _ places: [Int: Int]
    ) throws(GrammarError) -> (place: Int, merged: ShapeID)? {
        let signature = signature(shape)
        for index in signature.properties.indices {
            guard let place = places[signature.key(without: index)], let other = kept[place],
                let merged = try merged(other, shape, at: index)
            else { continue }
            return (place, merged)
        }
        return nil
    }

    /// The objects of either shape, where they differ in the property at `index` only.
    private func merged(_ left: ShapeID, _ right: ShapeID, at index: Int) throws(GrammarError) -> ShapeID? {
        var shape = object(left)
        let other = object(right)
        guard shape.properties.count == other.properties.count, index < shape.properties.count,
            shape.properties[index].name == other.properties[index].name,
            shape.properties[index].isDeclared == other.properties[index].isDeclared
        else { return nil }
        var property = other.properties[index]
        property.isRequired = property.isRequired && shape.properties[index].isRequired
        property.schema = shape.properties[index].schema
        shape.properties[index] = property
        var same = other
        same.properties[index] = property
        guard same == shape else { return nil }
        try terms.budget.spend()
        guard let schema = try union(property.schema, other.properties[index].schema) else { return nil }
        shape.properties[index].schema = schema
        return intern(shape)
    }

    private func signature(_ id: ShapeID) -> Signature {
        if let known = signatures[id] { return known }
        let shape = object(id)
        var hasher = Hasher()
        hasher.combine(shape.rest)
        hasher.combine(shape.minCount)
        hasher.combine(shape.maxCount)
        hasher.combine(shape.obligations)
        hasher.combine(shape.excluded)
        var signature = Signature(whole: hasher.finalize(), properties: [])
        for (index, property) in shape.properties.enumerated() {
            var hasher = Hasher()
            hasher.combine(index)
            hasher.combine(property.name)
            hasher.combine(property.isDeclared)
            let open = hasher.finalize()
            hasher.combine(property.schema)
            hasher.combine(property.isRequired)
            signature.properties.append((exact: hasher.finalize(), open: open))
            signature.whole = signature.whole &+ signature.properties[index].exact
        }
        signatures[id] = signature
        return signature
    }
}
