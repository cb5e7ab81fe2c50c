import Foundation
import Martlet
import MartletJSON

enum Mood: String, CaseIterable, Generable { case calm, alert, asleep }

enum Floor: Int8, CaseIterable, Decodable { case ground = 0, first, cellar = -1 }

struct Place: Decodable, Hashable {
    var name: String
    var height: Float
}

struct Owl: Generable {
    var name: String
    var age: UInt8
    var mood: Mood?
    var nest: Place
    var territory: [Place]
    var prey: Set<String>
    var sightings: [String: Int]
    var isBanded: Bool
}

struct Tree: Generable {
    var value: Int16
    var children: [Tree]
}

final class Chain: Generable {
    let link: Bool
    let next: Chain?
}

/// Two types that contain each other.
struct Folder: Generable {
    var name: String
    var files: [File]
    struct File: Generable {
        var name: String
        var archive: Folder?
    }
}

/// An enum with associated values gives its schema.
enum Shape: Generable, Equatable {
    case circle(radius: Double)
    case square(side: Double)
    case empty

    static let jsonSchema: JSONValue = [
        "anyOf": [variant("circle", "radius"), variant("square", "side"), variant("empty", nil)]
    ]

    private static func variant(_ name: String, _ field: String?) -> JSONValue {
        let fields: JSONValue =
            field.map { .object(JSONObject([$0: ["type": "number", "maximum": 10, "minimum": 0]])) } ?? [:]
        return [
            "type": "object", "required": [.string(name)], "additionalProperties": false,
            "properties": .object(
                JSONObject([
                    name: [
                        "type": "object", "properties": fields, "required": .array(field.map { [.string($0)] } ?? []),
                        "additionalProperties": false,
                    ]
                ])),
        ]
    }
}

struct Drawing: Generable {
    var title: String
    var shapes: [Shape]
    var frame: Shape
}

/// Every kind of number.
struct Numbers: Generable, Equatable {
    var int8: Int8
    var uint8: UInt8
    var int16: Int16
    var uint16: UInt16
    var int32: Int32
    var uint32: UInt32
    var int64: Int64
    var uint64: UInt64
    var int: Int
    var uint: UInt
    var int128: Int128
    var uint128: UInt128
    var double: Double
    var float: Float
}

/// Names that differ, constraints and an initialiser that checks.
struct Person: Generable {
    var fullName: String
    var age: Int
    var email: String?

    enum CodingKeys: String, CodingKey {
        case fullName = "full_name"
        case age, email
    }

    static let schemaAnnotations: [String: JSONValue] = [
        "full_name": ["description": "as in the passport", "minLength": 2],
        "age": ["minimum": 18, "maximum": 120],
        "email": ["format": "email"],
    ]

    struct Refusal: Error {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fullName = try container.decode(String.self, forKey: .fullName)
        age = try container.decode(Int.self, forKey: .age)
        email = try container.decodeIfPresent(String.self, forKey: .email)
        guard age >= 18, fullName.unicodeScalars.count > 1 else { throw Refusal() }
    }
}

/// Initialisers that check their values in the usual ways.
struct Interval: Generable {
    var lower: Double
    var upper: Double

    enum CodingKeys: CodingKey { case lower, upper }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        lower = try container.decode(Double.self, forKey: .lower)
        upper = try container.decode(Double.self, forKey: .upper)
        guard lower < upper else {
            throw DecodingError.dataCorruptedError(forKey: .upper, in: container, debugDescription: "lower first")
        }
    }
}

/// Containers asked for by hand: nested ones, arrays of fixed and of any length, values as they are.
struct ByHand: Generable {
    var point: (Double, Int)
    var names: [String]
    var tag: UserID
    var city: String
    var note: String?

    struct UserID: RawRepresentable, Decodable { var rawValue: String }
    enum CodingKeys: CodingKey { case point, names, tag, address, note }
    enum AddressKeys: CodingKey { case city }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var point = try container.nestedUnkeyedContainer(forKey: .point)
        self.point = (try point.decode(Double.self), try point.decode(Int.self))
        var names = try container.nestedUnkeyedContainer(forKey: .names)
        self.names = []
        while !names.isAtEnd { self.names.append(try names.decode(String.self)) }
        tag = try container.decode(UserID.self, forKey: .tag)
        let address = try container.nestedContainer(keyedBy: AddressKeys.self, forKey: .address)
        city = try address.decode(String.self, forKey: .city)
        if container.contains(.note), try !container.decodeNil(forKey: .note) {
            note = try container.decode(String.self, forKey: .note)
        }
    }
}

struct Empty: Generable {}

class Animal: Generable { var legs: UInt8 = 0 }

struct Links: Generable {
    var id: UUID
    var home: URL?
}

extension JSONObject {
    init(_ members: KeyValuePairs<String, JSONValue>) {
        self.init()
        for (key, value) in members { self[key] = value }
    }
}
