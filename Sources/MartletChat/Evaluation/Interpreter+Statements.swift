extension Interpreter {
    /// Runs statements in order until one leaves the loop.
    func execute(_ body: [Statement], _ scope: Scope) throws(ChatTemplateError) -> Flow {
        for statement in body {
            do throws(ChatTemplateError) {
                try charge()
                let flow = try nested { () throws(ChatTemplateError) in try execute(statement.kind, scope) }
                if flow != .normal { return flow }
            } catch {
                var error = error
                if error.line == nil { error.line = statement.line }
                throw error
            }
        }
        return .normal
    }

    private func execute(_ kind: Statement.Kind, _ scope: Scope) throws(ChatTemplateError) -> Flow {
        switch kind {
        case .text(let text): try write(text)
        case .output(let expression): try write(try text(of: try evaluate(expression, scope)))
        case .conditional(let branches, let otherwise):
            for (test, body) in branches where try evaluate(test, scope).isTrue { return try execute(body, scope) }
            return try execute(otherwise, scope)
        case .loop(let loop):
            let items = try evaluate(loop.iterable, scope)
            try run(loop, over: items, depth: 0, scope)
        case .set(let target, let expression): try assign(target, try evaluate(expression, scope), scope)
        case .setBlock(let target, let filters, let body):
            let text = try captured(body, Scope(parent: scope))
            try assign(target, try apply(filters, to: text, scope), scope)
        case .macro(let definition):
            keep(scope)
            scope.set(definition.nameID, .macro(MacroValue(definition, scope)))
        case .callBlock(let definition, let callee): try callBlock(definition, callee, scope)
        case .filterBlock(let filters, let body):
            try write(try text(of: try apply(filters, to: try captured(body, Scope(parent: scope)), scope)))
        case .with(let assignments, let body):
            let inner = Scope(parent: scope)
            for (target, value) in assignments { try assign(target, try evaluate(value, scope), inner) }
            return try execute(body, inner)
        case .scope(let body): return try execute(body, Scope(parent: scope))
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .normal
    }

    private func captured(_ body: [Statement], _ scope: Scope) throws(ChatTemplateError) -> String {
        try capture { () throws(ChatTemplateError) in _ = try execute(body, scope) }
    }

    private func apply(
        _ filters: [FilterCall], to text: String, _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        var value = try string(text)
        for filter in filters {
            value = try apply(filter.name, to: value, try arguments(filter.arguments, scope))
        }
        return value
    }

    func assign(_ target: Target, _ value: Value, _ scope: Scope) throws(ChatTemplateError) {
        switch target {
        case .name(let id): scope.set(id, value)
        case .tuple(let targets):
            let values = try elements(of: value)
            guard values.count == targets.count else {
                throw ChatTemplateError(.value, "expected \(targets.count) values to unpack, got \(values.count)")
            }
            for (target, value) in zip(targets, values) { try assign(target, value, scope) }
        case .namespace(let id, let attribute):
            guard case .namespace(let namespace)? = scope.lookup(id) else {
                throw ChatTemplateError(.type, "cannot assign attribute on non-namespace object '\(names[id])'")
            }
            try Self.checkAttributeName(attribute)
            namespace[attribute] = value
        }
    }

    static func checkAttributeName(_ name: String) throws(ChatTemplateError) {
        guard !name.hasPrefix("_") else {
            throw ChatTemplateError(.security, "a namespace cannot have the attribute '\(name)': it begins with '_'")
        }
    }

    // MARK: Loops

    /// Runs a loop over the elements of `items`.
    func run(_ loop: Loop, over items: Value, depth: Int, _ scope: Scope) throws(ChatTemplateError) {
        var items = try elements(of: items)
        if let condition = loop.condition {
            var kept: [Value] = []
            for item in items {
                let inner = Scope(parent: scope)
                try assign(loop.target, item, inner)
                if try evaluate(condition, inner).isTrue { kept.append(item) }
            }
            items = kept
        }
        if items.isEmpty {
            _ = try execute(loop.otherwise, Scope(parent: scope))
            return
        }
        let state = LoopState(items: items, depth: depth, loop: loop, scope: scope)
        for (index, item) in items.enumerated() {
            state.index = index
            let inner = Scope(parent: scope)
            if let loopID { inner.set(loopID, .loop(state)) }
            try assign(loop.target, item, inner)
            if try execute(loop.body, inner) == .breakLoop { break }
        }
    }

    /// The elements of anything that can be iterated over.
    func elements(of value: Value) throws(ChatTemplateError) -> [Value] {
        let elements = try uncountedElements(of: value)
        try charge(elements.count)
        return elements
    }

    private func uncountedElements(of value: Value) throws(ChatTemplateError) -> [Value] {
        switch value {
        case .undefined: return []
        case .string(let text), .markup(let text): return text.unicodeScalars.map { .string(String($0)) }
        case .list(let list), .tuple(let list): return list.elements
        case .dict(let dict): return dict.elements(of: .keys)
        case .view(let view, let dict): return dict.elements(of: view)
        case .iterator(let iterator): return iterator.takeAll()
        case .range(let start, let stop, let step):
            return (0..<Value.rangeCount(start, stop, step)).map { .integer(start + $0 * step) }
        case .loop(let state): return Array(state.items[(state.index + 1)...])
        default: throw ChatTemplateError(.type, "'\(value.typeName)' object is not iterable")
        }
    }

    // MARK: Macros

    private func callBlock(
        _ definition: MacroDefinition, _ callee: Expression, _ scope: Scope
    ) throws(ChatTemplateError) {
        guard case .call(let function, let callArguments) = callee else {
            throw ChatTemplateError(.syntax, "expected a call")
        }
        keep(scope)
        var arguments = try arguments(callArguments, scope)
        arguments.named.append(("caller", .macro(MacroValue(definition, scope))))
        try write(try text(of: try call(try evaluate(function, scope), arguments)))
    }
}
