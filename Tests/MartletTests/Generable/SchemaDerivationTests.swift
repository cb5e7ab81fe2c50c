import Foundation
import MartletGrammar
import MartletJSON
import Testing

@testable import Martlet

@Suite("Schemas derived from types")
struct SchemaDerivationTests {
    private func expect(
        _ type: any Generable.Type, _ expected: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let schema = try type.jsonSchema
        #expect(
            JSONWriter.string(schema) == JSONWriter.string(try JSONReader.parse(expected)), sourceLocation: location)
    }

    @Test("name properties in the order in which they are decoded, and optional ones as null or absent")
    func objects() throws {
        try expect(
            Owl.self,
            """
            {"type": "object", "properties": {
              "name": {"type": "string"},
              "age": {"type": "integer", "minimum": 0, "maximum": 255},
              "mood": {"anyOf": [{"type": "string", "enum": ["calm", "alert", "asleep"]}, {"type": "null"}]},
              "nest": {"$ref": "#/$defs/Place"},
              "territory": {"type": "array", "items": {"$ref": "#/$defs/Place"}},
              "prey": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
              "sightings": {"type": "object", "additionalProperties":
                {"type": "integer", "minimum": -9223372036854775808, "maximum": 9223372036854775807}},
              "isBanded": {"type": "boolean"}},
             "required": ["name", "age", "nest", "territory", "prey", "sightings", "isBanded"],
             "additionalProperties": false,
             "$defs": {"Place": {"type": "object", "properties": {
               "name": {"type": "string"},
               "height": {"type": "number", "minimum": -3.4028234663852886e+38, "maximum": 3.4028234663852886e+38}},
               "required": ["name", "height"], "additionalProperties": false}}}
            """)
        try expect(Empty.self, #"{"type": "object", "properties": {}, "additionalProperties": false}"#)
    }

    @Test("bound integers and floating-point numbers by what the types hold")
    func numbers() throws {
        let properties = try #require(try Numbers.jsonSchema["properties"]?.objectValue)
        let bounds = properties.map { "\($0.key) \(JSONWriter.string($0.value))" }
        #expect(
            bounds == [
                #"int8 {"type":"integer","minimum":-128,"maximum":127}"#,
                #"uint8 {"type":"integer","minimum":0,"maximum":255}"#,
                #"int16 {"type":"integer","minimum":-32768,"maximum":32767}"#,
                #"uint16 {"type":"integer","minimum":0,"maximum":65535}"#,
                #"int32 {"type":"integer","minimum":-2147483648,"maximum":2147483647}"#,
                #"uint32 {"type":"integer","minimum":0,"maximum":4294967295}"#,
                #"int64 {"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}"#,
                #"uint64 {"type":"integer","minimum":0,"maximum":18446744073709551615}"#,
                #"int {"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}"#,
                #"uint {"type":"integer","minimum":0,"maximum":18446744073709551615}"#,
                #"int128 {"type":"integer","minimum":\#(Int128.min),"maximum":\#(Int128.max)}"#,
                #"uint128 {"type":"integer","minimum":0,"maximum":\#(UInt128.max)}"#,
                #"double {"type":"number","minimum":-1.7976931348623157e+308,"maximum":1.7976931348623157e+308}"#,
                #"float {"type":"number","minimum":-3.4028234663852886e+38,"maximum":3.4028234663852886e+38}"#,
            ])
    }

    @Test("refer to types that contain themselves")
    func recursion() throws {
        try expect(
            Tree.self,
            """
            {"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object", "properties": {
               "value": {"type": "integer", "minimum": -32768, "maximum": 32767},
               "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
               "required": ["value", "children"], "additionalProperties": false}}}
            """)
        try expect(
            Chain.self,
            """
            {"$ref": "#/$defs/Chain", "$defs": {"Chain": {"type": "object", "properties": {
               "link": {"type": "boolean"}, "next": {"anyOf": [{"$ref": "#/$defs/Chain"}, {"type": "null"}]}},
               "required": ["link"], "additionalProperties": false}}}
            """)
        try expect(
            Folder.self,
            """
            {"$ref": "#/$defs/Folder", "$defs": {
              "Folder": {"type": "object", "properties": {
                "name": {"type": "string"}, "files": {"type": "array", "items": {"$ref": "#/$defs/File"}}},
                "required": ["name", "files"], "additionalProperties": false},
              "File": {"type": "object", "properties": {
                "name": {"type": "string"}, "archive": {"anyOf": [{"$ref": "#/$defs/Folder"}, {"type": "null"}]}},
                "required": ["name"], "additionalProperties": false}}}
            """)
        try expect(
            [Tree].self,
            """
            {"type": "array", "items": {"$ref": "#/$defs/Tree"},
             "$defs": {"Tree": {"type": "object", "properties": {
               "value": {"type": "integer", "minimum": -32768, "maximum": 32767},
               "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
               "required": ["value", "children"], "additionalProperties": false}}}
            """)
    }

    @Test("take in the schemas that types give themselves, with the values that those need")
    func ownSchemas() throws {
        let schema = try Drawing.jsonSchema
        #expect(schema["properties"]?["frame"] == Shape.jsonSchema)
        #expect(schema["properties"]?["shapes"]?["items"] == Shape.jsonSchema)

        struct Part: Generable {
            var size: Int
            static let jsonSchema: JSONValue = [
                "$ref": "#/$defs/part",
                "$defs": ["part": ["type": "object", "properties": ["size": ["const": 3]], "required": ["size"]]],
            ]
        }
        struct Whole: Generable {
            var parts: [Part]
            var first: Part
        }
        try expect(
            Whole.self,
            """
            {"type": "object", "properties": {
               "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}}, "first": {"$ref": "#/$defs/part"}},
             "required": ["parts", "first"], "additionalProperties": false, "$defs": {
               "part": {"type": "object", "properties": {"size": {"const": 3}}, "required": ["size"]}}}
            """)
    }

    @Test("may be made of those of other types")
    func composed() throws {
        enum Either: Generable {
            case owl(Place)
            case tree(Tree)
            static var jsonSchema: JSONValue {
                get throws(GenerableError) { ["anyOf": [try Landmark.jsonSchema, try Tree.jsonSchema]] }
            }
        }
        struct Landmark: Generable { var place: Place }
        let specification = try StructuredOutput(Either.self).specification
        guard case .jsonSchema(let schema) = specification else {
            Issue.record("not a schema: \(specification)")
            return
        }
        #expect(schema["anyOf"] == [["$ref": "#/$defs/Landmark"], ["$ref": "#/$defs/Tree"]])
        #expect(schema["$defs"]?.objectValue?.keys == ["Landmark", "Place", "Tree"])

        struct Loop: Generable {
            var next: Int
            static let jsonSchema: JSONValue = ["type": "object", "properties": ["next": ["$ref": "#"]]]
        }
        #expect(try StructuredOutput(Loop.self).specification == .jsonSchema(Loop.jsonSchema))
        struct WithLoop: Generable { var loop: Loop }
        #expect(throws: GenerableError.self) { try WithLoop.jsonSchema }
    }

    @Test("add what the type says about its properties, which the values that initialisers are tried with keep to")
    func annotations() throws {
        try expect(
            Person.self,
            """
            {"type": "object", "properties": {
               "full_name": {"type": "string", "description": "as in the passport", "minLength": 2},
               "age": {"type": "integer", "minimum": 18, "maximum": 120},
               "email": {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]}},
             "required": ["full_name", "age"], "additionalProperties": false}
            """)
        try expect(
            Interval.self,
            """
            {"type": "object", "properties": {
               "lower": {"type": "number", "minimum": -1.7976931348623157e+308, "maximum": 1.7976931348623157e+308},
               "upper": {"type": "number", "minimum": -1.7976931348623157e+308, "maximum": 1.7976931348623157e+308}},
             "required": ["lower", "upper"], "additionalProperties": false}
            """)
    }

    @Test("follow containers that are asked for by hand")
    func byHand() throws {
        try expect(
            ByHand.self,
            """
            {"type": "object", "properties": {
               "point": {"type": "array", "prefixItems": [
                 {"type": "number", "minimum": -1.7976931348623157e+308, "maximum": 1.7976931348623157e+308},
                 {"type": "integer", "minimum": -9223372036854775808, "maximum": 9223372036854775807}],
                 "minItems": 2, "maxItems": 2},
               "names": {"type": "array", "items": {"type": "string"}},
               "tag": {"type": "string"},
               "address": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
                 "additionalProperties": false},
               "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
             "required": ["point", "names", "tag", "address"], "additionalProperties": false}
            """)
    }

    @Test("keep types of equal names apart")
    func equalNames() throws {
        struct Both: Generable {
            struct Left: Decodable { struct Item: Decodable { var a: Bool }; var item: Item }
            struct Right: Decodable { struct Item: Decodable { var b: Bool }; var item: Item }
            var left: Left
            var right: Right
        }
        let definitions = try #require(try Both.jsonSchema["$defs"])
        #expect(definitions.objectValue?.keys == ["Left", "Item", "Right", "Item2"])
        #expect(definitions["Item"]?["required"] == ["a"])
        #expect(definitions["Item2"]?["required"] == ["b"])
    }

    @Test("know UUID and URL, and enums of numbers")
    func formats() throws {
        try expect(
            Links.self,
            """
            {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"},
               "home": {"anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}]}},
             "required": ["id"], "additionalProperties": false}
            """)
        struct House: Generable { var floors: [Floor] }
        #expect(
            try House.jsonSchema["properties"]?["floors"]?["items"] == ["type": "integer", "enum": [0, 1, -1]])
    }
}
