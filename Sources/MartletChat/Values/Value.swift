/// A value of the template language, with Python's meaning.
enum Value {
    case undefined(UndefinedValue)
    case none
    case bool(Bool)
    case integer(Int)
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
}

/// What names and members that do not exist evaluate to: prints as nothing, fails when used.
final class UndefinedValue {
    let message: String
    let kind: ChatTemplateError.Kind

    init(_ message: String, kind: ChatTemplateError.Kind = .undefined) {
        self.message = message
        self.kind = kind
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

/// The rest of a lazy sequence.
final class IteratorValue {
    private var elements: [Value]
    let extent: ValueExtent

    init(_ elements: [Value]) {
        self.elements = elements
        extent = ListValue(elements).extent
    }

    func takeFirst() -> Value? { elements.isEmpty ? nil : elements.removeFirst() }

    func takeAll() -> [Value] {
        defer { elements = [] }
        return elements
    }
}

/// A `namespace()`: the one object that templates can change.
final class NamespaceValue {
    var attributes: [(name: String, value: Value)] = []

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
    let scope: Scope

    init(_ definition: MacroDefinition, _ scope: Scope) {
        self.definition = definition
        self.scope = scope
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
    let separator: String
    var isUsed = false

    init(_ separator: String) { self.separator = separator }
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

    /// A number as a double.
    var number: Double? {
        if case .float(let value) = self { return value }
        return integer.map(Double.init)
    }

    /// How deep and how large the value is.
    var extent: ValueExtent {
        switch self {
        case .list(let list), .tuple(let list): return list.extent
        case .dict(let dict), .view(_, let dict): return dict.extent
        case .iterator(let iterator): return iterator.extent
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
        case .float(let value): value != 0
        case .string(let text), .markup(let text): !text.isEmpty
        case .list(let list), .tuple(let list): !list.elements.isEmpty
        case .dict(let dict), .view(_, let dict): dict.count > 0
        case .range(let start, let stop, let step): Value.rangeCount(start, stop, step) > 0
        default: true
        }
    }

    /// The name of the Python type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .float: "float"
        case .string: "str"
        case .markup: "Markup"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .range: "range"
        case .view(let view, _): view.rawValue
        case .iterator: "generator"
        case .namespace: "Namespace"
        case .macro: "Macro"
        case .function: "function"
        case .method: "builtin_function_or_method"
        case .loop: "LoopContext"
        case .cycler: "Cycler"
        case .joiner: "Joiner"
        }
    }

    static func rangeCount(_ start: Int, _ stop: Int, _ step: Int) -> Int {
        if step > 0 { return stop > start ? (stop - start - 1) / step + 1 : 0 }
        return start > stop ? (start - stop - 1) / -step + 1 : 0
    }
}
