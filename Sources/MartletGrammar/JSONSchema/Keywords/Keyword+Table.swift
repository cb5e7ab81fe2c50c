extension Keyword {
    /// Every keyword that is known, in the order in which they are asserted: what stands in the schema itself before what
    /// is applied to it, so that its own properties come first.
    static let table: [Keyword] = [
        // Any type
        Keyword("type", holds: .types, .enforced(TypeKeywords.type)),
        Keyword("enum", .enforced(TypeKeywords.enumeration)),
        Keyword("const", in: .draft6 ... .draft2020, .enforced(TypeKeywords.constant)),
        Keyword("disallow", in: .draft3 ... .draft3, unstated: false, holds: .types, .enforced(TypeKeywords.disallow)),
        Keyword("nullable", in: .unstated ... .unstated, .part(of: "type")),

        // Numbers
        Keyword("minimum", .enforced(NumberKeywords.minimum)),
        Keyword("exclusiveMinimum", .enforced(NumberKeywords.exclusiveMinimum)),
        Keyword("maximum", .enforced(NumberKeywords.maximum)),
        Keyword("exclusiveMaximum", .enforced(NumberKeywords.exclusiveMaximum)),
        Keyword("multipleOf", in: .draft4 ... .draft2020, .enforced(NumberKeywords.multipleOf)),
        Keyword("divisibleBy", in: .draft3 ... .draft3, unstated: false, .enforced(NumberKeywords.divisibleBy)),

        // Strings
        Keyword("minLength", .enforced(StringKeywords.minLength)),
        Keyword("maxLength", .enforced(StringKeywords.maxLength)),
        Keyword("pattern", .enforced(StringKeywords.pattern)),
        Keyword("format", .enforced(StringKeywords.format)),

        // Arrays
        Keyword("minItems", .enforced(ArrayKeywords.minItems)),
        Keyword("maxItems", .enforced(ArrayKeywords.maxItems)),
        Keyword("uniqueItems", .enforced(ArrayKeywords.uniqueItems)),
        Keyword("prefixItems", in: .draft2020 ... .draft2020, holds: .list, .enforced(ArrayKeywords.prefixItems)),
        Keyword("items", holds: .schemaOrList, .enforced(ArrayKeywords.items)),
        Keyword("additionalItems", holds: .schema, .enforced(ArrayKeywords.additionalItems)),
        Keyword("contains", in: .draft6 ... .draft2020, holds: .schema, .enforced(ArrayKeywords.contains)),
        Keyword("minContains", in: .draft2019 ... .draft2020, .part(of: "contains")),
        Keyword("maxContains", in: .draft2019 ... .draft2020, .part(of: "contains")),

        // Objects
        Keyword("properties", holds: .named, .enforced(ObjectKeywords.properties)),
        Keyword("required", .enforced(ObjectKeywords.required)),
        Keyword("patternProperties", holds: .named, .enforced(ObjectKeywords.patternProperties)),
        Keyword("additionalProperties", holds: .schema, .enforced(ObjectKeywords.additionalProperties)),
        Keyword("propertyNames", in: .draft6 ... .draft2020, holds: .schema, .enforced(ObjectKeywords.propertyNames)),
        Keyword("minProperties", in: .draft4 ... .draft2020, .enforced(ObjectKeywords.minProperties)),
        Keyword("maxProperties", in: .draft4 ... .draft2020, .enforced(ObjectKeywords.maxProperties)),
        Keyword("dependentRequired", in: .draft2019 ... .draft2020, .enforced(DependentKeywords.dependentRequired)),

        // Schemas applied to the same value
        Keyword("$ref", .enforced(ReferenceKeywords.reference)),
        Keyword("$recursiveRef", in: .draft2019 ... .draft2019, .enforced(ReferenceKeywords.recursiveReference)),
        Keyword("$dynamicRef", in: .draft2020 ... .draft2020, .enforced(ReferenceKeywords.dynamicReference)),
        Keyword("allOf", in: .draft4 ... .draft2020, holds: .list, .enforced(LogicKeywords.allOf)),
        Keyword(
            "extends", in: .draft3 ... .draft3, unstated: false, holds: .schemaOrList, .enforced(LogicKeywords.extends)),
        Keyword("anyOf", in: .draft4 ... .draft2020, holds: .list, .enforced(LogicKeywords.anyOf)),
        Keyword("oneOf", in: .draft4 ... .draft2020, holds: .list, .enforced(LogicKeywords.oneOf)),
        Keyword("not", in: .draft4 ... .draft2020, holds: .schema, .enforced(LogicKeywords.not)),
        Keyword("if", in: .draft7 ... .draft2020, holds: .schema, .enforced(LogicKeywords.condition)),
        Keyword("then", in: .draft7 ... .draft2020, holds: .schema, .part(of: "if")),
        Keyword("else", in: .draft7 ... .draft2020, holds: .schema, .part(of: "if")),
        Keyword(
            "dependentSchemas", in: .draft2019 ... .draft2020, holds: .named,
            .enforced(DependentKeywords.dependentSchemas)),
        // Split in two by draft 2019-09, which allows to go on reading it.
        Keyword("dependencies", holds: .namedOrNames, .enforced(DependentKeywords.dependencies)),

        // What the others left over
        Keyword(
            "unevaluatedItems", in: .draft2019 ... .draft2020, holds: .schema, .enforced(UnevaluatedItems.translate)),
        Keyword(
            "unevaluatedProperties", in: .draft2019 ... .draft2020, holds: .schema,
            .enforced(UnevaluatedProperties.translate)),

        // Names and places of schemas
        Keyword("$schema", .structure), Keyword("$id", in: .draft6 ... .draft2020, .structure),
        Keyword("id", in: .draft3 ... .draft4, .structure),
        Keyword("$anchor", in: .draft2019 ... .draft2020, .structure),
        Keyword("$dynamicAnchor", in: .draft2020 ... .draft2020, .structure),
        Keyword("$recursiveAnchor", in: .draft2019 ... .draft2019, .structure),
        Keyword("$vocabulary", in: .draft2019 ... .draft2020, .structure),
        Keyword("$defs", holds: .named, .structure), Keyword("definitions", holds: .named, .structure),

        // Annotations
        Keyword("title", .annotation), Keyword("description", .annotation), Keyword("default", .annotation),
        Keyword("examples", .annotation), Keyword("deprecated", .annotation), Keyword("readOnly", .annotation),
        Keyword("writeOnly", .annotation), Keyword("$comment", .annotation), Keyword("contentEncoding", .annotation),
        Keyword("contentMediaType", .annotation), Keyword("contentSchema", holds: .schema, .annotation),
    ]
}
