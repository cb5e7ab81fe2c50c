/// Goes over the variables that a part of a template mentions, in the order jinja2 does; `block`s are left out.
struct NameWalk {
    /// How a variable is mentioned.
    enum Access {
        case load, store
        /// As the name of a parameter.
        case parameter
    }

    let visit: (NameUse, Access) -> Void

    /// Which of `names` the statements read without having assigned to them before.
    static func undeclared(_ names: Set<NameID>, in body: [Statement]) -> Set<NameID> {
        var (open, found) = (names, Set<NameID>())
        NameWalk { name, access in
            if access == .load, open.contains(name.name) {
                found.insert(name.name)
            } else if access != .load {
                open.remove(name.name)
            }
        }.statements(body)
        return found
    }

    func statements(_ body: [Statement]) {
        for statement in body { self.statement(statement.kind) }
    }

    private func statement(_ kind: Statement.Kind) {
        switch kind {
        case .text, .block, .breakLoop, .continueLoop: break
        case .output(let value, _): expression(value)
        case .conditional(let branches, let otherwise):
            for (test, body) in branches {
                expression(test)
                statements(body)
            }
            statements(otherwise)
        case .loop(let loop):
            target(loop.target, .store)
            expression(loop.iterable)
            statements(loop.body)
            statements(loop.otherwise)
            if let condition = loop.condition { expression(condition.test) }
        case .set(let target, let value):
            self.target(target, .store)
            expression(value)
        case .setBlock(let target, let filters, let body, _):
            self.target(target, .store)
            self.filters(filters)
            statements(body)
        case .macro(let definition): macro(definition)
        case .callBlock(let definition, let call, _):
            expression(call)
            macro(definition)
        case .generation(let definition, _): macro(definition)
        case .filterBlock(let filters, let body, _, _):
            statements(body)
            self.filters(filters)
        case .with(let assignments, let body, _):
            for assignment in assignments { target(assignment.target, .parameter) }
            for assignment in assignments { expression(assignment.value) }
            statements(body)
        case .autoescape(let isOn, let body, _):
            expression(isOn)
            statements(body)
        case .loading(_, let expressions, _): for value in expressions { expression(value) }
        }
    }

    private func macro(_ definition: MacroDefinition) {
        for parameter in definition.parameters { visit(parameter.use, .parameter) }
        for parameter in definition.parameters { parameter.defaultValue.map(expression) }
        statements(definition.body)
    }

    func target(_ target: Target, _ access: Access) {
        switch target {
        case .name(let name): visit(name, access)
        case .tuple(let targets): for target in targets { self.target(target, access) }
        case .namespace(let name, _): visit(name, .load)
        }
    }

    func filters(_ filters: [FilterCall]) {
        for filter in filters { arguments(filter.arguments) }
    }

    private func arguments(_ arguments: CallArguments) {
        for value in arguments.positional { expression(value) }
        for argument in arguments.named { expression(argument.value) }
        arguments.spread.map(expression)
        arguments.namedSpread.map(expression)
    }

    func expression(_ expression: Expression) {
        switch expression {
        case .literal: break
        case .name(let name): visit(name, .load)
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
            self.expression(inner)
            for bound in [start, stop, step] { bound.map(self.expression) }
        case .call(let callee, let arguments), .test(let callee, _, let arguments):
            self.expression(callee)
            self.arguments(arguments)
        case .filter(let value, let filter):
            self.expression(value)
            arguments(filter.arguments)
        case .compare(let first, let rest):
            self.expression(first)
            for part in rest { self.expression(part.right) }
        case .conditional(let test, let then, let otherwise):
            self.expression(test)
            self.expression(then)
            otherwise.map(self.expression)
        }
    }
}
