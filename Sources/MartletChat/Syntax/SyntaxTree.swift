/// The number of a variable name in a template.
typealias NameID = Int

/// A value written in the template.
enum Literal: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
}

/// The arguments of a call, filter or test.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
    /// `*expression`.
    var spread: Expression?
    /// `**expression`.
    var namedSpread: Expression?
}

/// An expression.
indirect enum Expression: Sendable {
    case literal(Literal)
    case name(NameID)
    case list([Expression])
    case tuple([Expression])
    case dict([(key: Expression, value: Expression)])
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
    case call(Expression, CallArguments)
    case filter(Expression, String, CallArguments)
    case test(Expression, String, CallArguments)
    case not(Expression)
    case negate(Expression)
    case plus(Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case compare(Expression, [(comparison: Comparison, right: Expression)])
    case concat([Expression])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
}

/// An arithmetic operator.
enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

/// A comparison operator.
enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

/// What an assignment assigns to.
indirect enum Target: Sendable {
    case name(NameID)
    case tuple([Target])
    /// An attribute of a namespace.
    case namespace(NameID, String)
}

/// A statement and the line it begins on.
struct Statement: Sendable {
    var line: Int
    var kind: Kind

    indirect enum Kind: Sendable {
        case text(String)
        case output(Expression)
        case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
        case loop(Loop)
        case set(Target, Expression)
        case setBlock(Target, filters: [FilterCall], body: [Statement])
        case macro(MacroDefinition)
        case callBlock(MacroDefinition, call: Expression)
        case filterBlock([FilterCall], body: [Statement])
        case with([(target: Target, value: Expression)], body: [Statement])
        /// A body with variables of its own: `generation`, `block`, `autoescape`.
        case scope([Statement])
        case breakLoop
        case continueLoop
    }
}

/// A filter to be applied to a block's text.
struct FilterCall: Sendable {
    var name: String
    var arguments: CallArguments
}

/// A `for` loop.
struct Loop: Sendable {
    var target: Target
    var iterable: Expression
    var condition: Expression?
    var isRecursive: Bool
    var body: [Statement]
    var otherwise: [Statement]
}

/// A macro, or the body of a `call` block, which is a macro named `caller`.
final class MacroDefinition: Sendable {
    let name: String
    let nameID: NameID
    let parameters: [(name: String, id: NameID, defaultValue: Expression?)]
    let body: [Statement]
    /// Whether the body mentions `varargs`, `kwargs` and `caller`, which decides whether extra arguments are accepted.
    let usesVarargs: Bool
    let usesKwargs: Bool
    let usesCaller: Bool

    init(
        name: String, nameID: NameID, parameters: [(name: String, id: NameID, defaultValue: Expression?)],
        body: [Statement], mentions: Set<String>
    ) {
        self.name = name
        self.nameID = nameID
        self.parameters = parameters
        self.body = body
        usesVarargs = mentions.contains("varargs")
        usesKwargs = mentions.contains("kwargs")
        usesCaller = mentions.contains("caller")
    }
}
