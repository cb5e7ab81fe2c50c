/// The number of a variable name in a template.
typealias NameID = Int

/// One place where the template mentions a variable; `Resolution` tells by `use` where its value lives.
struct NameUse: Sendable {
    var name: NameID
    var use: Int
}

/// A value written in the template.
enum Literal: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case bigInteger(BigInteger)
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

/// Whether what a statement writes is escaped for HTML, which the `autoescape` blocks around it decide.
enum Escaping: Sendable {
    case off
    case on
    /// As the innermost `autoescape` block that is running says; its switch is no constant.
    case dynamic
}

/// An expression.
indirect enum Expression: Sendable {
    case literal(Literal)
    case name(NameUse)
    case list([Expression])
    case tuple([Expression])
    case dict([(key: Expression, value: Expression)])
    /// `isMember` if the name can only be that of a member, as no dict has a method of that name.
    case attribute(Expression, String, isMember: Bool)
    case item(Expression, Expression)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
    case call(Expression, CallArguments)
    case filter(Expression, FilterCall)
    case test(Expression, String, CallArguments)
    case not(Expression)
    case negate(Expression)
    case plus(Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case compare(Expression, [(comparison: Comparison, right: Expression)])
    case concat([Expression], Escaping)
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
    case name(NameUse)
    case tuple([Target])
    /// An attribute of a namespace.
    case namespace(NameUse, String)
}

/// The number of a part of the template with variables of its own; `Resolution.frames` has what it begins with.
typealias FrameID = Int

/// A statement and the line it begins on.
struct Statement: Sendable {
    var line: Int
    var kind: Kind

    indirect enum Kind: Sendable {
        case text(String)
        case output(Expression, Escaping)
        case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
        case loop(Loop)
        case set(Target, Expression)
        case setBlock(Target, filters: [FilterCall], body: [Statement], FrameID)
        case macro(MacroDefinition)
        /// Calls `call` with the body as its `caller`.
        case callBlock(MacroDefinition, call: Expression, Escaping)
        /// The body of a `generation` block, which only marks what the model wrote.
        case generation(MacroDefinition, Escaping)
        case filterBlock([FilterCall], body: [Statement], FrameID, Escaping)
        case with([(target: Target, value: Expression)], body: [Statement], FrameID)
        case autoescape(Expression, body: [Statement], FrameID)
        case block(BlockDefinition)
        /// `include`, `import`, `from` and `extends`: there are no other templates to be had.
        case loading(tag: String, [Expression], stores: [NameUse])
        case breakLoop
        case continueLoop
    }
}

/// A filter with its arguments; the value before the bar is elsewhere.
struct FilterCall: Sendable {
    let name: String
    let arguments: CallArguments
    /// Nil for one that does not exist, which may stand where it is not reached.
    let filter: Filters.Filter?

    init(_ name: String, _ arguments: CallArguments) {
        self.name = name
        self.arguments = arguments
        filter = Filters.table[name]
    }
}

/// A `for` loop.
final class Loop: Sendable {
    let target: Target
    let iterable: Expression
    /// The `if` of the loop; it sees the element through a target of its own.
    let condition: (target: Target, test: Expression, frame: FrameID)?
    let isRecursive: Bool
    let body: [Statement]
    let bodyFrame: FrameID
    let otherwise: [Statement]
    let otherwiseFrame: FrameID

    init(
        target: Target, iterable: Expression, condition: (target: Target, test: Expression, frame: FrameID)?,
        isRecursive: Bool, body: ([Statement], FrameID), otherwise: ([Statement], FrameID)
    ) {
        self.target = target
        self.iterable = iterable
        self.condition = condition
        self.isRecursive = isRecursive
        (self.body, bodyFrame) = body
        (self.otherwise, otherwiseFrame) = otherwise
    }
}

/// A parameter of a macro.
struct MacroParameter: Sendable {
    var name: String
    var use: NameUse
    var defaultValue: Expression?
}

/// A macro, or the body of a `call` block, which is a macro named `caller`.
final class MacroDefinition: Sendable {
    let name: String
    /// Where the macro itself is kept; nil for a body.
    let use: NameUse?
    let parameters: [MacroParameter]
    let body: [Statement]
    let frame: FrameID

    init(name: String, use: NameUse?, parameters: [MacroParameter], body: [Statement], frame: FrameID) {
        self.name = name
        self.use = use
        self.parameters = parameters
        self.body = body
        self.frame = frame
    }
}

/// A `block`, which is a part of the template with a name.
final class BlockDefinition: Sendable {
    let name: String
    /// Whether it sees the variables around it.
    let isScoped: Bool
    /// Whether another template has to fill it in, which none can.
    let isRequired: Bool
    let body: [Statement]
    let frame: FrameID

    init(name: String, isScoped: Bool, isRequired: Bool, body: [Statement], frame: FrameID) {
        self.name = name
        self.isScoped = isScoped
        self.isRequired = isRequired
        self.body = body
        self.frame = frame
    }
}
