import Foundation
import MartletJSON
import Testing

@testable import MartletGrammar

/// What Python's jsonschema makes of instances, by `Scripts/goldens/make_json_schemas.py`.
struct JSONSchemaFixtures {
    struct Case {
        var schema: JSONValue
        /// Whether each of `texts` is valid.
        var valid: [Bool]
    }

    var texts: [String]
    var cases: [Case]

    init() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.deletingLastPathComponent().appending(path: "Fixtures/json_schemas/instances.json")
        let json = try JSONReader.parse([UInt8](Data(contentsOf: file)))
        texts = try #require(json["texts"]?.arrayValue).map { try #require($0.stringValue) }
        cases = try #require(json["cases"]?.arrayValue).map { entry in
            Case(
                schema: try #require(entry["schema"]),
                valid: try #require(entry["valid"]?.stringValue).map { $0 == "1" })
        }
    }
}
