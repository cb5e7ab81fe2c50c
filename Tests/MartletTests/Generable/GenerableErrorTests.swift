import Foundation
import MartletJSON
import Testing

@testable import Martlet

@Suite("Types that cannot be generated")
struct GenerableErrorTests {
    private func message(_ type: any Generable.Type) -> String {
        do {
            return "derived: \(JSONWriter.string(try type.jsonSchema))"
        } catch { return error.description }
    }

    @Test("are named with the path to the property, and what to do")
    func messages() {
        enum Unlisted: String, Decodable { case a, b }
        struct WithUnlisted: Generable { var inner: [Inner]; struct Inner: Decodable { var kind: Unlisted } }
        #expect(
            message(WithUnlisted.self)
                == "no JSON Schema can be derived for Unlisted at inner.kind: its cases are not known; make the enum CaseIterable"
        )

        enum Payload: Decodable { case number(Int), text(String) }
        struct WithPayload: Generable { var payload: Payload }
        #expect(
            message(WithPayload.self).hasPrefix(
                "no JSON Schema can be derived for Payload at payload: it looks which keys"))
        #expect(message(WithPayload.self).contains("jsonSchema"))

        enum Plain: Decodable, CaseIterable { case a }
        struct WithPlain: Generable { var plain: Plain? }
        #expect(
            message(WithPlain.self).hasPrefix("no JSON Schema can be derived for Plain at plain: it looks which keys"))

        struct WithDate: Generable { var born: Date }
        #expect(message(WithDate.self).hasPrefix("no JSON Schema can be derived for Date at born: "))
        struct WithKeys: Generable { var names: [Int: String] }
        #expect(message(WithKeys.self).contains("at names: keys of JSON objects are texts; use [String: String]"))

        struct Picky: Decodable {
            struct Refusal: Error {}
            init(from decoder: any Decoder) throws {
                guard try decoder.singleValueContainer().decode(Int.self) == 4711 else { throw Refusal() }
            }
        }
        struct WithPicky: Generable { var code: Picky }
        #expect(
            message(WithPicky.self).contains(
                "Picky at code: init(from:) takes none of the values that were tried (Refusal())"))

        struct Misspelled: Generable {
            var name: String
            static let schemaAnnotations: [String: JSONValue] = ["nome": ["minLength": 1]]
        }
        #expect(message(Misspelled.self).contains("schemaAnnotations name 'nome'"))
    }

    @Test("are not hidden by initialisers that carry on")
    func hidden() {
        struct Careless: Generable {
            var date: Date?
            enum CodingKeys: CodingKey { case date }
            init(from decoder: any Decoder) throws {
                date = try? decoder.container(keyedBy: CodingKeys.self).decode(Date.self, forKey: .date)
            }
        }
        #expect(message(Careless.self).contains("Date at date"))
    }

    @Test("have no end, or ever longer names")
    func endless() {
        final class Endless: Generable { let next: Endless }
        #expect(message(Endless.self).contains("Endless at next: no value of it is known"))
        struct Growing<T: Decodable>: Decodable {
            init(from decoder: any Decoder) throws {
                _ = try decoder.singleValueContainer().decode(Growing<[T]>.self)
            }
        }
        struct Start: Generable { var growing: Growing<Int> }
        #expect(message(Start.self).contains("nested deeper than"))
        struct Asking: Generable {
            static var jsonSchema: JSONValue { get throws(GenerableError) { try [Asking].jsonSchema } }
        }
        #expect(message(Asking.self).contains("asks for itself"))
    }

    @Test("take values from examples")
    func examples() throws {
        struct Code: Generable {
            var code: String
            enum CodingKeys: CodingKey { case code }
            static let schemaAnnotations: [String: JSONValue] = ["code": ["pattern": "^[A-Z]{2}$", "examples": ["DE"]]]
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                code = try container.decode(String.self, forKey: .code)
                guard code.count == 2, code == code.uppercased() else {
                    throw DecodingError.dataCorruptedError(forKey: .code, in: container, debugDescription: "no code")
                }
            }
        }
        #expect(try Code.jsonSchema["properties"]?["code"]?["pattern"] == "^[A-Z]{2}$")
        #expect(throws: GenerableError.undecodable(type: "Code", path: ["code"], message: "no code")) {
            try Code(json: #"{"code": "de"}"#)
        }
    }
}
