import MartletJSON
import Testing

@testable import MartletGrammar

@Suite("Explanation of schemas")
struct SchemaExplanationTests {
    private func lines(_ schema: String, ignoring ignorable: Set<String> = []) throws -> [String] {
        var options = GrammarOptions()
        options.ignorableKeywords = ignorable
        let explanation = try SchemaExplanation(of: JSONReader.parse(schema), options: options)
        return explanation.entries.map { entry in
            ["\(entry.pointer) \(entry.keyword): \(entry.treatment)", entry.note].compactMap(\.self).joined(
                separator: ", ")
        }
    }

    @Test("Each keyword of the schemas that are used, as they are written")
    func treatments() throws {
        let schema = ##"""
            {"title": "T", "properties": {"a": {"format": "uuid"}, "b": {"format": "colour", "x-any": 1}},
             "maxContains": 2, "then": {"minLength": 1}, "$ref": "#/$defs/used", "if": true,
             "$defs": {"used": {"minimum": 1}, "unused": {"minimum": 1}}}
            """##
        #expect(
            try lines(schema) == [
                " title: annotation", " properties: enforced",
                " maxContains: annotation, says nothing without contains",
                " then: enforced", " $ref: enforced", " if: enforced", " $defs: structure",
                "/properties/a format: enforced",
                "/properties/b format: annotation, not a known format",
                "/properties/b x-any: annotation, not a keyword",
                "/then minLength: enforced", "/$defs/used minimum: enforced",
            ])
    }

    @Test("What a draft does not have")
    func drafts() throws {
        let schema = ##"""
            {"$schema": "http://json-schema.org/draft-04/schema#", "const": 1,
             "not": {"$ref": "#/definitions/a", "minimum": 1, "title": "T"}, "definitions": {"a": {"type": "null"}}}
            """##
        #expect(
            try lines(schema) == [
                " $schema: structure", " const: ignored, not a keyword of draft 4", " not: enforced",
                " definitions: structure",
                "/not $ref: enforced", "/not minimum: ignored, draft 4 reads nothing beside $ref",
                "/not title: annotation",
                "/definitions/a type: enforced",
            ])
    }

    @Test("What makes a schema refused, and what may be ignored")
    func refusals() throws {
        let schema = #"{"items": {"$ref": "http://example.com/x"}, "minItems": -1}"#
        let note =
            "http://example.com/x is not part of the schema, and nothing is fetched; "
            + "put that schema into $defs with its $id"
        #expect(
            try lines(#"{"items": {"$ref": "http://example.com/x"}}"#) == [
                " items: enforced", "/items $ref: refused, " + note,
            ])
        #expect(
            try lines(#"{"items": {"$ref": "http://example.com/x"}}"#, ignoring: ["$ref"]) == [
                " items: enforced", "/items $ref: ignored, " + note,
            ])
        #expect(try lines(schema).contains(" minItems: refused, must be a whole number of 0 or more, not -1"))
    }

    @Test("The supported keywords are those of the table")
    func supported() {
        let supported = SchemaExplanation.supportedKeywords
        #expect(Set(supported).count == supported.count)
        #expect(
            Set(["$ref", "$dynamicRef", "then", "unevaluatedItems", "dependencies", "multipleOf"]).isSubset(
                of: supported))
        #expect(!supported.contains("title"))
    }
}
