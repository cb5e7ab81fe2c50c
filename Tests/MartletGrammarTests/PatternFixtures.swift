import Foundation
import MartletJSON
import Testing

@testable import MartletGrammar

/// Where `Scripts/goldens/make_patterns.py` put patterns and formats with texts that match and texts that do not.
struct PatternFixture {
    let pattern: String?
    let format: String?
    let isWhole: Bool
    let accepted: [String]
    let refused: [String]
    /// Valid by the standard, whatever other checkers say.
    let valid: [String]

    static func load(_ name: String) throws -> [PatternFixture] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Fixtures/patterns/\(name)"))
        return try #require(try JSONReader.parse([UInt8](data)).arrayValue).map(PatternFixture.init)
    }

    private init(_ row: JSONValue) throws {
        let object = try #require(row.objectValue)
        func strings(_ key: String) -> [String] { object[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        pattern = object["pattern"]?.stringValue
        format = object["format"]?.stringValue
        isWhole = object["whole"] != nil
        (accepted, refused, valid) = (strings("accepted"), strings("refused"), strings("valid"))
    }
}
