extension Interpreter {
    /// Calls a value.
    func call(_ callee: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        switch callee {
        case .macro(let macro): return try call(macro, arguments)
        case .function(let function): return try call(function, arguments)
        case .method(let method): return try Methods.call(method, arguments, self)
        case .loop(let state): return try recurse(state, arguments)
        case .joiner(let joiner):
            defer { joiner.isUsed = true }
            return .string(joiner.isUsed ? joiner.separator : "")
        case .undefined(let undefined): throw undefined.error
        default: throw ChatTemplateError(.type, "'\(callee.typeName)' object is not callable")
        }
    }

    private func recurse(_ state: LoopState, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        guard state.loop.isRecursive else {
            throw ChatTemplateError(.type, "the loop must have the 'recursive' marker to be called recursively")
        }
        let items = try arguments.bind("loop", ["iterable"])[0].required("loop", "iterable")
        return try string(
            try call { () throws(ChatTemplateError) in
                try capture { () throws(ChatTemplateError) in
                    try run(state.loop, over: items, depth: state.depth + 1, state.scope)
                }
            })
    }

    private func call(_ macro: MacroValue, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        let definition = macro.definition
        let scope = Scope(parent: macro.scope)
        var named = arguments.named
        for (index, parameter) in definition.parameters.enumerated() {
            if index < arguments.positional.count {
                guard !named.contains(where: { $0.name == parameter.name }) else {
                    throw ChatTemplateError(
                        .type, "macro '\(definition.name)' got multiple values for argument '\(parameter.name)'")
                }
                scope.set(parameter.id, arguments.positional[index])
            } else if let given = named.firstIndex(where: { $0.name == parameter.name }) {
                scope.set(parameter.id, named.remove(at: given).value)
            } else if let defaultValue = parameter.defaultValue {
                scope.set(parameter.id, try evaluate(defaultValue, scope))
            } else {
                scope.set(
                    parameter.id, .undefined(UndefinedValue("parameter '\(parameter.name)' was not provided")))
            }
        }
        try bindExtras(of: definition, arguments, &named, scope)
        return try string(
            try call { () throws(ChatTemplateError) in
                try capture { () throws(ChatTemplateError) in _ = try execute(definition.body, scope) }
            })
    }

    /// `caller`, `varargs` and `kwargs`, or errors for arguments that nothing takes.
    private func bindExtras(
        of definition: MacroDefinition, _ arguments: Arguments, _ named: inout [(name: String, value: Value)],
        _ scope: Scope
    ) throws(ChatTemplateError) {
        if let callerID, definition.usesCaller {
            if let index = named.firstIndex(where: { $0.name == "caller" }) {
                scope.set(callerID, named.remove(at: index).value)
            } else {
                scope.set(callerID, .undefined(UndefinedValue("No caller defined")))
            }
        }
        if let kwargsID, definition.usesKwargs {
            scope.set(kwargsID, try dict(named.map { (.string($0.name), $0.value) }))
        } else if let extra = named.first {
            throw ChatTemplateError(.type, "macro '\(definition.name)' takes no keyword argument '\(extra.name)'")
        }
        let extras = Array(arguments.positional.dropFirst(definition.parameters.count))
        if let varargsID, definition.usesVarargs {
            scope.set(varargsID, try tuple(extras))
        } else if !extras.isEmpty {
            throw ChatTemplateError(
                .type, "macro '\(definition.name)' takes not more than \(definition.parameters.count) argument(s)")
        }
    }

    // MARK: Functions

    private func call(_ function: BuiltinFunction, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        switch function {
        case .range: return try range(arguments)
        case .namespace:
            let namespace = makeNamespace()
            for (key, value) in try dictEntries("namespace", arguments) {
                guard let name = key.text else { throw ChatTemplateError(.type, "a namespace's names are strings") }
                try Self.checkAttributeName(name)
                namespace[name] = value
            }
            return .namespace(namespace)
        case .dict: return try dict(try dictEntries("dict", arguments))
        case .cycler:
            guard !arguments.positional.isEmpty else { throw ChatTemplateError(.type, "at least one item is required") }
            return .cycler(CyclerValue(arguments.positional))
        case .joiner:
            return .joiner(JoinerValue(try arguments.bind("joiner", ["sep"])[0].text("joiner", or: ", ")))
        case .raiseException:
            let message = try arguments.bind("raise_exception", ["message"])[0]
                .required("raise_exception", "message")
            throw ChatTemplateError(.raised, try text(of: message))
        case .strftimeNow:
            let format = try arguments.bind("strftime_now", ["format"])[0].required("strftime_now", "format")
            guard let format = format.text else {
                throw ChatTemplateError(.type, "strftime() argument 1 must be str, not \(format.typeName)")
            }
            return try string(clock.formatted(format))
        }
    }

    private func range(_ arguments: Arguments) throws(ChatTemplateError) -> Value {
        var bounds: [Int] = []
        guard arguments.named.isEmpty, 1...3 ~= arguments.positional.count else {
            throw ChatTemplateError(.type, "range() takes one to three positional arguments")
        }
        for value in arguments.positional { bounds.append(try Optional(value).integer("range", or: 0)) }
        if bounds.count == 1 { bounds.insert(0, at: 0) }
        if bounds.count == 2 { bounds.append(1) }
        guard bounds[2] != 0 else { throw ChatTemplateError(.value, "range() arg 3 must not be zero") }
        // Wide bounds would overflow the count, and are beyond the limit anyway.
        let isWide = bounds.contains { $0.magnitude > 1 << 61 }
        guard !isWide, Value.rangeCount(bounds[0], bounds[1], bounds[2]) <= limits.maxRange else {
            throw ChatTemplateError(.limit, "Range too big. The sandbox blocks ranges larger than \(limits.maxRange)")
        }
        return .range(start: bounds[0], stop: bounds[1], step: bounds[2])
    }

    /// What `dict(…)` makes of a mapping or pairs, and keywords.
    private func dictEntries(
        _ callee: String, _ arguments: Arguments
    ) throws(ChatTemplateError) -> [(key: Value, value: Value)] {
        var entries: [(key: Value, value: Value)] = []
        guard arguments.positional.count <= 1 else {
            throw ChatTemplateError(.type, "\(callee) expected at most 1 argument, got \(arguments.positional.count)")
        }
        if let source = arguments.positional.first {
            if case .dict(let dict) = source {
                entries = dict.entries
            } else {
                for pair in try elements(of: source) {
                    let parts = try elements(of: pair)
                    guard parts.count == 2 else {
                        throw ChatTemplateError(.value, "\(callee)() needs pairs, got \(parts.count) elements")
                    }
                    try checkHashable(parts[0])
                    entries.append((parts[0], parts[1]))
                }
            }
        }
        return entries + arguments.named.map { (.string($0.name), $0.value) }
    }
}
