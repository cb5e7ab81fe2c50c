/// A value of the template language, with Python's meaning.
enum Value {
    case undefined(UndefinedValue)
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number that does not fit `integer`.
    case bigInteger(BigInteger)
    case float(Double)
    case string(String)
    /// A string marked safe; adding an ordinary string to it escapes that string for HTML, as markupsafe does.
    case markup(String)
    case list(ListValue)
    case tuple(ListValue)
    case dict(DictValue)
    case range(start: Int, stop: Int, step: Int)
    /// The keys, values or items of a dict.
    case view(DictView, DictValue)
    /// What lazy filters give: can be gone through once.
    case iterator(IteratorValue)
    case namespace(NamespaceValue)
    case macro(MacroValue)
    case function(BuiltinFunction)
    /// A method with the object it was taken from.
    case method(BoundMethod)
    case loop(LoopState)
    case cycler(CyclerValue)
    case joiner(JoinerValue)
    /// `self`, by which blocks are called.
    case blocks(BlockContext)
    case block(BlockReference)
}

/// What names and members that do not exist evaluate to: prints as nothing, fails when used.
final class UndefinedValue {
    /// What is missing; most is only asked whether it is there, so the words are made when they are needed.
    enum Cause {
        case name(String)
        case attribute(String, typeName: String)
        case other(String)
    }

    private let cause: Cause
    private let kind: ChatTemplateError.Kind

    init(_ cause: Cause) {
        self.cause = cause
        kind = .undefined
    }

    init(_ message: String, kind: ChatTemplateError.Kind = .undefined) {
        cause = .other(message)
        self.kind = kind
    }

    private var message: String {
        switch cause {
        case .name(let name): "'\(name)' is undefined"
        case .attribute(let name, let typeName):
            "'\(typeName == "NoneType" ? "None" : "\(typeName) object")' has no attribute '\(name)'"
        case .other(let message): message
        }
    }

    var error: ChatTemplateError { ChatTemplateError(kind, message) }
}

/// How deep a value nests and how much there is in it, counting what occurs twice twice.
///
/// Bounding both when a list or dict is made bounds every later walk over it: printing, comparing, freeing.
struct ValueExtent {
    /// Lists and dicts within each other, the outermost counted.
    var depth = 1
    /// Elements, and bytes of text in sixteens.
    var weight = 1

    mutating func include(_ value: Value) {
        let inner = value.extent
        depth = max(depth, inner.depth + 1)
        weight += min(inner.weight, Int.max / 2 - weight)
    }
}

/// The elements of a list or tuple, which never change.
final class ListValue {
    let elements: [Value]
    let extent: ValueExtent
    /// The names by which a grouping's parts can be asked for.
    let fieldNames: [String]

    init(_ elements: [Value], fieldNames: [String] = []) {
        self.elements = elements
        self.fieldNames = fieldNames
        var extent = ValueExtent()
        for element in elements { extent.include(element) }
        self.extent = extent
    }
}

/// The parts of a dict that a method gives.
enum DictView: String {
    case keys = "dict_keys"
    case values = "dict_values"
    case items = "dict_items"
}

/// A `namespace()`: the one object that templates can change.
final class NamespaceValue {
    @exclusivity(unchecked) var attributes: [(name: String, value: Value)] = []

    subscript(name: String) -> Value? {
        get { attributes.first { $0.name.isSame(as: name) }?.value }
        set {
            guard let newValue else { return }
            if let index = attributes.firstIndex(where: { $0.name.isSame(as: name) }) {
                attributes[index].value = newValue
            } else {
                attributes.append((name, newValue))
            }
        }
    }
}

/// A macro with the variables around its definition.
final class MacroValue {
    let definition: MacroDefinition
    let activation: Activation

    init(_ definition: MacroDefinition, _ activation: Activation) {
        self.definition = definition
        self.activation = activation
    }
}

/// A block as a function.
final class BlockReference {
    let definition: BlockDefinition
    let context: BlockContext

    init(_ definition: BlockDefinition, _ context: BlockContext) {
        self.definition = definition
        self.context = context
    }
}

/// A method taken from a value.
final class BoundMethod {
    let receiver: Value
    let name: String

    init(_ receiver: Value, _ name: String) {
        self.receiver = receiver
        self.name = name
    }
}

/// A `cycler`: its items in turn.
final class CyclerValue {
    let items: [Value]
    var position = 0

    init(_ items: [Value]) { self.items = items }
}

/// A `joiner`: nothing the first time, then its separator.
final class JoinerValue {
    let separator: Value
    var isUsed = false

    init(_ separator: Value) { self.separator = separator }
}

/// The functions every template sees.
enum BuiltinFunction: String, CaseIterable {
    case range
    case namespace
    case dict
    case cycler
    case joiner
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
    /// Random text, which a prompt must not have: refuses when called.
    case lipsum

    static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}

// MARK: - Kinds

extension Value {
    /// The text of a string, marked or not.
    var text: String? {
        switch self {
        case .string(let text), .markup(let text): text
        default: nil
        }
    }

    var isMarkup: Bool {
        if case .markup = self { return true }
        return false
    }

    /// True for `none`.
    var isNone: Bool {
        if case .none = self { return true }
        return false
    }

    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    /// An integer, or a boolean as one.
    var integer: Int? {
        switch self {
        case .integer(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// A whole number, cut to 64 bits.
    var clampedInteger: Int? {
        if case .bigInteger(let value) = self { return value.isNegative ? .min : .max }
        return integer
    }

    /// A whole number of any size, or a boolean as one.
    var wholeNumber: BigInteger? {
        if case .bigInteger(let value) = self { return value }
        return integer.map { BigInteger($0) }
    }

    /// A number as a double; infinite for integers beyond.
    var number: Double? {
        switch self {
        case .float(let value): value
        case .bigInteger(let value): value.asDouble
        default: integer.map(Double.init)
        }
    }

    /// A number as a double, if it is not an integer beyond.
    var finiteNumber: Double? {
        if case .float(let value) = self { return value }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    var isNumber: Bool {
        switch self {
        case .bool, .integer, .bigInteger, .float: true
        default: false
        }
    }

    /// The smallest kind of value for a whole number.
    init(_ number: BigInteger) { self = number.asInt.map { .integer($0) } ?? .bigInteger(number) }

    /// How deep and how large the value is.
    var extent: ValueExtent {
        switch self {
        case .list(let list), .tuple(let list): return list.extent
        case .dict(let dict), .view(_, let dict): return dict.extent
        case .iterator(let iterator): return iterator.extent
        case .bigInteger(let value): return ValueExtent(depth: 0, weight: 1 + value.limbs.count >> 2)
        case .method(let method):
            var extent = ValueExtent()
            extent.include(method.receiver)
            return extent
        case .string(let text), .markup(let text): return ValueExtent(depth: 0, weight: 1 + text.utf8.count >> 4)
        default: return ValueExtent(depth: 0, weight: 1)
        }
    }

    /// Python's truth.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .bigInteger: true
        case .float(let value): value != 0
        case .string(let text), .markup(let text): !text.isEmpty
        case .list(let list), .tuple(let list): !list.elements.isEmpty
        case .dict(let dict), .view(_, let dict): dict.count > 0
        case .range(let start, let stop, let step): Value.rangeCount(start, stop, step) > 0
        case .loop(let state): state.knownLength != 0
        default: true
        }
    }

    /// The name of the Python type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer, .bigInteger: "int"
        case .float: "float"
        case .string: "str"
        case .markup: "Markup"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .range: "range"
        case .view(let view, _): view.rawValue
        case .iterator(let iterator): iterator.typeName
        case .namespace: "Namespace"
        case .macro: "Macro"
        case .function: "function"
        case .method: "builtin_function_or_method"
        case .loop: "LoopContext"
        case .cycler: "Cycler"
        case .joiner: "Joiner"
        case .blocks: "TemplateReference"
        case .block: "BlockReference"
        }
    }

    static func rangeCount(_ start: Int, _ stop: Int, _ step: Int) -> Int {
        if step > 0 { return stop > start ? (stop - start - 1) / step + 1 : 0 }
        return start > stop ? (start - stop - 1) / -step + 1 : 0
    }
}
