import Foundation
import MartletJSON
import Testing

@testable import Martlet

@Suite("Values decoded from JSON texts")
struct JSONValueDecoderTests {
    @Test("are equal to what Foundation decodes")
    func foundation() throws {
        let text = """
            {"name": "Ada\\u00e9", "age": 3, "mood": null, "nest": {"name": "oak", "height": 2.5},
             "territory": [{"name": "", "height": 1e2}, {"name": "b", "height": -0.0}], "prey": ["a", "b"],
             "sightings": {"x": 1, "y": -2}, "isBanded": true}
            """
        let own = try Owl(json: text)
        let other = try JSONDecoder().decode(Owl.self, from: Data(text.utf8))
        #expect(
            "\(own.nest) \(own.territory) \(own.age) \(own.name)"
                == "\(other.nest) \(other.territory) \(other.age) \(other.name)")
        #expect(own.prey == other.prey)
        #expect(own.sightings == other.sightings)
        #expect(own.mood == nil && own.isBanded)
        let links = try Links(json: #"{"id": "123E4567-e89b-12d3-a456-426614174000", "home": "https://a.b/c?d#e"}"#)
        #expect(links.id.uuidString == "123E4567-E89B-12D3-A456-426614174000")
        #expect(links.home == URL(string: "https://a.b/c?d#e"))
        #expect(try Shape(json: #"{"circle": {"radius": 2}}"#) == .circle(radius: 2))
        let byHand = try ByHand(json: #"{"point": [1, 2], "names": ["a"], "tag": "t", "address": {"city": "c"}}"#)
        #expect(byHand.point == (1, 2) && byHand.names == ["a"] && byHand.tag.rawValue == "t" && byHand.note == nil)
    }

    @Test(
        "read whole numbers however they are spelled",
        arguments: [
            ("9223372036854775807", Int64.max), ("9.223372036854775807e18", .max), ("-9.223372036854775808E+18", .min),
            ("1.0", 1), ("-0.0", 0), ("120e-1", 12), ("0e5", 0), ("-1.50e1", -15), ("00", nil), ("1.5", nil),
            ("9223372036854775808", nil), ("1e400", nil), ("1e-1", nil),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) {
        #expect((try? Int(json: text)).map(Int64.init) == value)
    }

    @Test(
        "read real numbers to the last digit", arguments: ["0.1", "1e300", "-0.0", "1.7976931348623157e308", "5e-324"])
    func reals(text: String) throws {
        #expect(try Double(json: text).bitPattern == Double(text)?.bitPattern)
    }

    @Test("of the wrong kind are refused with the place")
    func errors() {
        let text = #"{"name": "a", "age": 256}"#
        #expect(throws: GenerableError.undecodable(type: "Owl", path: ["age"], message: "expected UInt8, got integer"))
        {
            try Owl(json: text)
        }
        #expect(throws: GenerableError.undecodable(type: "Owl", path: [], message: "there is no 'name'")) {
            try Owl(json: "{}")
        }
        #expect(throws: GenerableError.self) { try Owl(json: #"{"name": "#) }
    }
}
