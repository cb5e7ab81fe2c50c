extension Interpreter {
    /// Runs statements in order until one leaves the loop.
    func execute(_ body: [Statement], _ activation: Activation) throws(ChatTemplateError) -> Flow {
        for statement in body {
            do throws(ChatTemplateError) {
                try charge()
                try budget.beginLevel()
                defer { budget.endLevel() }
                let flow =
                    budget.needsLargeStack
                    ? try onLargeStack { [self] () throws(ChatTemplateError) in
                        try execute(statement.kind, activation)
                    } : try execute(statement.kind, activation)
                if flow != .normal { return flow }
            } catch {
                var error = error
                if error.line == nil { error.line = statement.line }
                throw error
            }
        }
        return .normal
    }

    private func execute(_ kind: Statement.Kind, _ activation: Activation) throws(ChatTemplateError) -> Flow {
        switch kind {
        case .text(let text): try write(text)
        case .output(let expression, let escaping): try write(try evaluate(expression, activation), escaping)
        case .conditional(let branches, let otherwise):
            for (test, body) in branches where try evaluate(test, activation).isTrue {
                return try execute(body, activation)
            }
            return try execute(otherwise, activation)
        case .loop(let loop): return try self.loop(loop, activation)
        case .set(let target, let expression): try assign(target, try evaluate(expression, activation), activation)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        default: return try executeRare(kind, activation)
        }
        return .normal
    }

    private func executeRare(_ kind: Statement.Kind, _ activation: Activation) throws(ChatTemplateError) -> Flow {
        switch kind {
        case .setBlock(let target, let filters, let body, let frame):
            let (text, flow) = try captured(body, frame, activation)
            guard flow == .normal else { return flow }
            let value = try apply(filters, to: try string(text), activation)
            try assign(target, escapes ? try safe(value) : value, activation)
        case .macro(let definition):
            keep(activation)
            if let use = definition.use { set(use, .macro(MacroValue(definition, activation)), activation) }
        case .callBlock(let definition, let call, let escaping):
            try write(try callBlock(definition, call, activation), escaping)
        case .generation(let definition, let escaping):
            let text = try call(MacroValue(definition, activation), Arguments())
            try write(text, escaping)
        case .filterBlock(let filters, let body, let frame, let escaping):
            let (text, flow) = try captured(body, frame, activation)
            guard flow == .normal else { return flow }
            let isMarked = escaping == .on || escaping == .dynamic && escapes
            let value = try apply(filters, to: isMarked ? try markup(text) : try string(text), activation)
            guard let text = value.text else {
                throw ChatTemplateError(.type, "a filter block makes text, not a value of type '\(value.typeName)'")
            }
            try write(text)
        case .with(let assignments, let body, let frame):
            enter(frame, activation)
            for (target, value) in assignments { try assign(target, try evaluate(value, activation), activation) }
            return try execute(body, activation)
        case .autoescape(let isOn, let body, let frame):
            enter(frame, activation)
            let outer = escapes
            escapes = try evaluate(isOn, activation).isTrue
            let flow = try execute(body, activation)
            // Leaving a loop from within skips this in jinja2, too.
            if flow == .normal { escapes = outer }
            return flow
        case .block(let block): try self.block(block, activation)
        case .loading(let tag, let expressions, _):
            for expression in expressions { _ = try evaluate(expression, activation) }
            throw ChatTemplateError(.security, "'\(tag)' needs other templates, and there are none to load")
        default: break
        }
        return .normal
    }

    /// Writes a value, escaped where that is asked for.
    private func write(_ value: Value, _ escaping: Escaping) throws(ChatTemplateError) {
        if escaping == .on || escaping == .dynamic && escapes {
            try write(try text(of: try escaped(value)))
        } else {
            try write(try text(of: value))
        }
    }

    private func captured(
        _ body: [Statement], _ frame: FrameID, _ activation: Activation
    ) throws(ChatTemplateError) -> (text: String, result: Flow) {
        enter(frame, activation)
        return try capture { () throws(ChatTemplateError) in try execute(body, activation) }
    }

    private func apply(
        _ filters: [FilterCall], to text: Value, _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        var value = text
        for filter in filters {
            value = try apply(filter, to: value, try arguments(filter.arguments, activation))
        }
        return value
    }

    private func block(_ block: BlockDefinition, _ activation: Activation) throws(ChatTemplateError) {
        guard !block.isRequired else { throw ChatTemplateError(.value, "Required block '\(block.name)' not found") }
        var context = activation.context
        if block.isScoped {
            context = context.derived((resolution.visible[block.frame] ?? []).map { ($0.name, activation[$0.slot]) })
        }
        try call { () throws(ChatTemplateError) in try run(block.body, block.frame, context) }
    }

    // MARK: Assignments

    private func set(_ name: NameUse, _ value: Value, _ activation: Activation) {
        activation[resolution.slots[name.use]] = value
        if !resolution.exports.isEmpty, resolution.exports.contains(name.use) {
            activation.context.export(name.name, value)
        }
    }

    func assign(_ target: Target, _ value: Value, _ activation: Activation) throws(ChatTemplateError) {
        switch target {
        case .name(let name): set(name, value, activation)
        case .tuple(let targets):
            for target in targets { try checkNamespace(target, activation) }
            let values = try elements(of: value)
            guard values.count == targets.count else {
                throw ChatTemplateError(.value, "expected \(targets.count) values to unpack, got \(values.count)")
            }
            for (target, value) in zip(targets, values) { try assign(target, value, activation) }
        case .namespace(let name, let attribute):
            guard case .namespace(let namespace)? = activation[resolution.slots[name.use]] else {
                throw notNamespace(name)
            }
            try Self.checkAttributeName(attribute)
            namespace[attribute] = value
        }
    }

    /// Nothing is assigned if one target turns out to be no namespace.
    private func checkNamespace(_ target: Target, _ activation: Activation) throws(ChatTemplateError) {
        guard case .namespace(let name, _) = target else { return }
        guard case .namespace? = activation[resolution.slots[name.use]] else { throw notNamespace(name) }
    }

    private func notNamespace(_ name: NameUse) -> ChatTemplateError {
        ChatTemplateError(.type, "cannot assign attribute on non-namespace object '\(names[name.name])'")
    }

    static func checkAttributeName(_ name: String) throws(ChatTemplateError) {
        guard !name.hasPrefix("_") else {
            throw ChatTemplateError(.security, "a namespace cannot have the attribute '\(name)': it begins with '_'")
        }
    }

    private func callBlock(
        _ definition: MacroDefinition, _ call: Expression, _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        guard case .call(let callee, let callArguments) = call else {
            throw ChatTemplateError(.syntax, "expected a call")
        }
        let function = try evaluate(callee, activation)
        var arguments = try arguments(callArguments, activation)
        guard !arguments.named.contains(where: { $0.name == "caller" }) else {
            throw ChatTemplateError(.type, "got multiple values for keyword argument 'caller'")
        }
        arguments.named.append(("caller", .macro(MacroValue(definition, activation))))
        return try self.call(function, arguments)
    }
}
