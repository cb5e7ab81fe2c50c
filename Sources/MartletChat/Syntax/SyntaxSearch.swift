/// Lists the assignments, loops and calls of a template, wherever they stand.
struct SyntaxSearch {
    private(set) var assignments: [(target: Target, value: Expression)] = []
    /// Loops with the macros around them.
    private(set) var loops: [(loop: Loop, macros: [MacroDefinition])] = []
    private(set) var calls: [(callee: Expression, arguments: CallArguments)] = []
    private var enclosing: [MacroDefinition] = []

    init(_ body: [Statement]) { statements(body) }

    private mutating func statements(_ body: [Statement]) {
        for statement in body { self.statement(statement.kind) }
    }

    private mutating func statement(_ kind: Statement.Kind) {
        switch kind {
        case .text, .breakLoop, .continueLoop: break
        case .output(let value, _): expression(value)
        case .conditional(let branches, let otherwise):
            for (test, body) in branches {
                expression(test)
                statements(body)
            }
            statements(otherwise)
        case .loop(let loop):
            loops.append((loop, enclosing))
            expression(loop.iterable)
            if let condition = loop.condition { expression(condition.test) }
            statements(loop.body)
            statements(loop.otherwise)
        case .set(let target, let value):
            assignments.append((target, value))
            expression(value)
        case .setBlock(_, let filters, let body, _), .filterBlock(let filters, let body, _, _):
            for filter in filters { arguments(filter.arguments) }
            statements(body)
        case .macro(let definition):
            enclosing.append(definition)
            macro(definition)
            enclosing.removeLast()
        case .callBlock(let definition, let call, _):
            expression(call)
            macro(definition)
        case .generation(let definition, _): macro(definition)
        case .with(let assignments, let body, _):
            for assignment in assignments { expression(assignment.value) }
            statements(body)
        case .autoescape(let isOn, let body, _):
            expression(isOn)
            statements(body)
        case .block(let block): statements(block.body)
        case .loading(_, let expressions, _): for value in expressions { expression(value) }
        }
    }

    private mutating func macro(_ definition: MacroDefinition) {
        for parameter in definition.parameters { if let value = parameter.defaultValue { expression(value) } }
        statements(definition.body)
    }

    private mutating func arguments(_ arguments: CallArguments) {
        for value in arguments.positional { expression(value) }
        for argument in arguments.named { expression(argument.value) }
        for value in [arguments.spread, arguments.namedSpread] { if let value { expression(value) } }
    }

    private mutating func expression(_ expression: Expression) {
        switch expression {
        case .literal, .name: break
        case .list(let parts), .tuple(let parts), .concat(let parts, _): for part in parts { self.expression(part) }
        case .dict(let members):
            for member in members {
                self.expression(member.key)
                self.expression(member.value)
            }
        case .attribute(let inner, _, _), .not(let inner), .negate(let inner), .plus(let inner): self.expression(inner)
        case .item(let left, let right), .and(let left, let right), .or(let left, let right),
            .binary(_, let left, let right):
            self.expression(left)
            self.expression(right)
        case .slice(let inner, let start, let stop, let step):
            for part in [inner, start, stop, step] { if let part { self.expression(part) } }
        case .call(let callee, let arguments):
            calls.append((callee, arguments))
            self.expression(callee)
            self.arguments(arguments)
        case .test(let value, _, let arguments):
            self.expression(value)
            self.arguments(arguments)
        case .filter(let value, let filter):
            self.expression(value)
            arguments(filter.arguments)
        case .compare(let first, let rest):
            self.expression(first)
            for part in rest { self.expression(part.right) }
        case .conditional(let test, let then, let otherwise):
            for part in [test, then, otherwise] { if let part { self.expression(part) } }
        }
    }
}
