/// Objects in more than one shape.
extension SchemaAlgebra {
    /// What the shape says of the values of a name.
    func schema(of name: PropertyName, in id: ShapeID) throws(GrammarError) -> SetID {
        if let index = propertyIndex(name, in: id) { return object(id).properties[index].schema }
        for rest in object(id).rest {
            if rest.names == anything { return rest.schema }
            if try terms.contains(rest.names, name.text) { return rest.schema }
        }
        return Self.never
    }

    private func propertyIndex(_ name: PropertyName, in id: ShapeID) -> Int? {
        let count = objectShapes[Int(id.index)].properties.count
        if count == 0 { return nil }
        if count <= 8 { return objectShapes[Int(id.index)].properties.firstIndex { $0.name == name } }
        if let known = propertyIndices[id] { return known[name] }
        var indices: [PropertyName: Int] = [:]
        for (index, property) in objectShapes[Int(id.index)].properties.enumerated() { indices[property.name] = index }
        propertyIndices[id] = indices
        return indices[name]
    }

    /// The objects of both shapes; nil where there are none, as far as that is easy to see.
    func intersection(
        object left: ShapeID, _ right: ShapeID, prunes: Bool
    ) throws(GrammarError) -> ShapeID? {
        if left == right || right == universe.objects[0] { return left }
        if left == universe.objects[0] { return right }
        if prunes, try clash(left, right) { return nil }
        if prunes, try clash(right, left) { return nil }
        if try isWithin(left, right) { return left }
        let first = object(left)
        let second = object(right)
        try terms.budget.spend(1 + (first.properties.count + second.properties.count) / 8)
        var shape = ObjectShape(rest: [])
        shape.minCount = max(first.minCount, second.minCount)
        shape.maxCount = [first.maxCount, second.maxCount].compactMap { $0 }.min()
        if let maximum = shape.maxCount, maximum < shape.minCount { return nil }
        shape.properties.reserveCapacity(first.properties.count + second.properties.count)
        for var property in first.properties {
            property.schema = try intersection(property.schema, try schema(of: property.name, in: right))
            if let index = propertyIndex(property.name, in: right) {
                let other = second.properties[index]
                property.isRequired = property.isRequired || other.isRequired
                property.isDeclared = property.isDeclared || other.isDeclared
            }
            try append(property, to: &shape, prunes: prunes)
        }
        for var property in second.properties where propertyIndex(property.name, in: left) == nil {
            property.schema = try intersection(property.schema, try schema(of: property.name, in: left))
            try append(property, to: &shape, prunes: prunes)
        }
        if shape.properties.contains(where: { $0.isRequired && $0.schema == Self.never }) { return nil }
        if let maximum = shape.maxCount, maximum < shape.requiredCount { return nil }
        shape.rest = try intersection(first.rest, second.rest)
        shape.obligations = first.obligations + second.obligations.filter { !first.obligations.contains($0) }
        shape.excluded = first.excluded + second.excluded.filter { !first.excluded.contains($0) }
        if prunes {
            for obligation in shape.obligations {
                if try !mayMeet(obligation, shape) { return nil }
            }
        }
        return intern(shape)
    }

    /// Whether a property of the shape could, for all that is easy to see, be what the obligation asks for.
    private func mayMeet(_ obligation: ObjectShape.Obligation, _ shape: ObjectShape) throws(GrammarError) -> Bool {
        for rest in shape.rest {
            if try !isSurelyEmpty(try intersection(rest.schema, obligation.schema)) { return true }
        }
        for property in shape.properties {
            guard try terms.contains(obligation.names, property.name.text) else { continue }
            if try !isSurelyEmpty(try intersection(property.schema, obligation.schema)) { return true }
        }
        return false
    }

    private func append(
        _ property: ObjectShape.Property, to shape: inout ObjectShape, prunes: Bool
    ) throws(GrammarError) {
        var property = property
        if prunes, !property.isRequired, property.schema != Self.never, try isSurelyEmpty(property.schema) {
            property.schema = Self.never
        }
        shape.properties.append(property)
    }

    /// Whether `right` only speaks of properties that `left` lists, and says nothing that `left` does not.
    private func isWithin(_ left: ShapeID, _ right: ShapeID) throws(GrammarError) -> Bool {
        let second = object(right)
        guard second.isPlain, second.minCount == 0, second.maxCount == nil, second.rest.count == 1,
            second.rest[0].names == anything, second.rest[0].schema == Self.all
        else { return false }
        for property in second.properties {
            guard let index = propertyIndex(property.name, in: left) else { return false }
            let other = object(left).properties[index]
            guard other.isRequired || !property.isRequired, other.isDeclared || !property.isDeclared,
                try intersection(other.schema, property.schema) == other.schema
            else { return false }
        }
        return true
    }

    /// Whether what `left` requires has, as is easy to see, no value in `right`.
    private func clash(_ left: ShapeID, _ right: ShapeID) throws(GrammarError) -> Bool {
        for property in object(left).properties where property.isRequired {
            let other = try schema(of: property.name, in: right)
            if other == Self.all { continue }
            // Sets that are written out meet at once; others would pile up as conjunctions.
            if try isSurelyEmpty(property.schema) { return true }
            if try isSurelyEmpty(other) { return true }
            let both = try intersection(property.schema, other)
            if both != property.schema, try isSurelyEmpty(both) { return true }
        }
        return false
    }

    private func intersection(
        _ left: [ObjectShape.Rest], _ right: [ObjectShape.Rest]
    ) throws(GrammarError) -> [ObjectShape.Rest] {
        var rest: [ObjectShape.Rest] = []
        for first in left {
            // The languages of one shape are disjoint: one that both have meets no other.
            if let same = right.first(where: { $0.names == first.names }) {
                let schema = try intersection(first.schema, same.schema)
                if schema != Self.never { rest.append(.init(names: first.names, schema: schema)) }
                continue
            }
            for second in right where !left.contains(where: { $0.names == second.names }) {
                let schema = try intersection(first.schema, second.schema)
                if schema == Self.never { continue }
                let names: Term
                if first.names == anything {
                    names = second.names
                } else if second.names == anything {
                    names = first.names
                } else {
                    names = try terms.intersection([first.names, second.names])
                    if try terms.isEmpty(names) { continue }
                }
                rest.append(.init(names: names, schema: schema))
            }
        }
        return rest
    }

    /// Leaves out the shapes that another one contains, where that can be told from equal parts.
    func dropSubsumedObjects(_ shapes: inout [ShapeID]) throws(GrammarError) {
        // Comparing all with all must stay cheap.
        guard shapes.count > 1, shapes.count <= 48 else { return }
        let size = shapes.reduce(0) { $0 + objectShapes[Int($1.index)].properties.count + 1 }
        guard shapes.count * size <= 2048 else { return }
        var index = 0
        while index < shapes.count {
            var isContained = false
            for other in shapes.indices where other != index {
                if try contains(shapes[other], shapes[index]) {
                    isContained = true
                    break
                }
            }
            if isContained { shapes.remove(at: index) } else { index += 1 }
        }
    }

    private func contains(_ large: ShapeID, _ small: ShapeID) throws(GrammarError) -> Bool {
        let outer = object(large)
        let inner = object(small)
        // A declared order counts as well: what it allows must stay allowed.
        guard
            outer.properties.lazy.filter({ $0.isDeclared }).map({ $0.name })
                .elementsEqual(inner.properties.lazy.filter({ $0.isDeclared }).map({ $0.name })),
            outer.obligations.allSatisfy({ inner.obligations.contains($0) }),
            outer.excluded.allSatisfy({ inner.excluded.contains($0) }),
            outer.minCount <= max(inner.minCount, inner.requiredCount), outer.requiredCount <= inner.requiredCount
        else { return false }
        if let maximum = outer.maxCount {
            guard let other = inner.maxCount, other <= maximum else { return false }
        }
        for rest in inner.rest {
            guard
                outer.rest.contains(where: {
                    ($0.names == anything || $0.names == rest.names)
                        && ($0.schema == Self.all || $0.schema == rest.schema)
                })
            else { return false }
        }
        for property in outer.properties {
            if let index = propertyIndex(property.name, in: small) {
                let other = inner.properties[index]
                if property.isRequired, !other.isRequired { return false }
            } else if property.isRequired {
                return false
            }
            if property.schema == Self.all { continue }
            let schema = try schema(of: property.name, in: small)
            if schema != property.schema, schema != Self.never { return false }
        }
        for property in inner.properties where propertyIndex(property.name, in: large) == nil {
            let schema = try schema(of: property.name, in: large)
            if schema != Self.all, schema != property.schema, property.schema != Self.never { return false }
        }
        return true
    }
}
