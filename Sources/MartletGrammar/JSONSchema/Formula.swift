import MartletJSON

/// A JSON Schema reduced to logic: what the keywords say, without `$ref`, drafts, defaults and annotations.
///
/// An assertion speaks of one type and holds for every value of another type, as JSON Schema says.
indirect enum Formula: Hashable, Sendable {
    case always
    case never
    case all([Formula])
    case any([Formula])
    /// One of these and no other.
    case exactlyOne([Formula])
    case not(Formula)
    case assertion(Assertion)
    /// The schema of this number in `SchemaTable`: the only way formulas recur.
    case reference(SchemaID)
}

/// A schema of a `SchemaTable`.
struct SchemaID: Hashable, Sendable {
    var index: Int32
}

/// The types a value can have. `number` includes the integers.
struct JSONTypes: OptionSet, Hashable, Sendable {
    var rawValue: UInt8

    static let null = JSONTypes(rawValue: 1)
    static let boolean = JSONTypes(rawValue: 2)
    static let number = JSONTypes(rawValue: 4)
    static let string = JSONTypes(rawValue: 8)
    static let array = JSONTypes(rawValue: 16)
    static let object = JSONTypes(rawValue: 32)
    static let all: JSONTypes = [.null, .boolean, .number, .string, .array, .object]
}

/// What one keyword asserts.
enum Assertion: Hashable, Sendable {
    /// The value has one of these types. (`integer` is `type(.number)` and `multipleOf(1)`.)
    case type(JSONTypes)
    /// The value equals this one: numbers by value, objects in any order.
    case constant(JSONValue)

    // Numbers
    case atLeast(Decimal, exclusive: Bool)
    case atMost(Decimal, exclusive: Bool)
    case multipleOf(Decimal)
    /// The number is written without fraction and exponent: what `integer` adds in drafts 3 and 4, where `1.0` is none.
    case writtenAsInteger

    // Strings: `pattern` and `format` are languages of decoded strings, the length counts scalars.
    case matches(Regex)
    case length(atLeast: Int, atMost: Int?)

    // Arrays
    /// The item at `index`, if there is one.
    case item(index: Int, Formula)
    /// Every item from `index` on.
    case items(from: Int, Formula)
    /// How many items satisfy the formula.
    case contains(Formula, atLeast: Int, atMost: Int?)
    case itemCount(atLeast: Int, atMost: Int?)
    case uniqueItems

    // Objects
    case required(String)
    /// The property of this name, if there is one. `properties` gives one of these for each name, in order.
    case property(String, Formula)
    /// Every property whose name is in the language. `additionalProperties` and `unevaluatedProperties` are this with
    /// the complement of the names they leave out; `patternProperties` with the (unanchored) pattern.
    case properties(named: Regex, Formula)
    /// Every property's name, taken as a string value, satisfies the formula.
    case propertyNames(Formula)
    case propertyCount(atLeast: Int, atMost: Int?)
}

/// The schemas that formulas refer to.
protocol SchemaTable: AnyObject {
    /// What the schema says.
    func formula(of schema: SchemaID) throws(GrammarError) -> Formula
    /// Where it stands in the document, for error messages.
    func pointer(of schema: SchemaID) -> String
}

/// A keyword that was not enforced, because the options allow to ignore it.
public struct IgnoredKeyword: Hashable, Sendable {
    /// JSON pointer of the schema that has the keyword.
    public var pointer: String
    /// The keyword.
    public var keyword: String

    /// Memberwise.
    public init(pointer: String, keyword: String) {
        self.pointer = pointer
        self.keyword = keyword
    }
}
