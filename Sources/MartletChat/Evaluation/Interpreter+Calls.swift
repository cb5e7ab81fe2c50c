extension Interpreter {
    /// Calls a value.
    func call(_ callee: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        switch callee {
        case .macro(let macro): return try call(macro, arguments)
        case .function(let function): return try call(function, arguments)
        case .method(let method): return try Methods.call(method, arguments, self)
        case .loop(let state):
            let items = try arguments.bind("loop", ["iterable"])[0].required("loop", "iterable")
            guard state.loop.isRecursive, let outer = state.activation else {
                throw ChatTemplateError(
                    .type, "the loop must have the 'recursive' marker to be called recursively")
            }
            return try recurse(state.loop, over: items, depth: state.depth + 1, outer)
        case .joiner(let joiner):
            _ = try arguments.bind("joiner", [])
            defer { joiner.isUsed = true }
            return joiner.isUsed ? joiner.separator : .string("")
        case .block(let block):
            _ = try arguments.bind("block", [])
            let text = try call { () throws(ChatTemplateError) in
                try capture { () throws(ChatTemplateError) in
                    try run(block.definition.body, block.definition.frame, block.context)
                }.text
            }
            return escapes ? try markup(text) : try string(text)
        case .undefined(let undefined): throw undefined.error
        default: throw ChatTemplateError(.type, "'\(callee.typeName)' object is not callable")
        }
    }

    // MARK: Macros

    func call(_ macro: MacroValue, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        let definition = macro.definition
        let layout = resolution.functions[definition.frame] ?? FunctionLayout()
        let inner = activation(layout, context: macro.activation.context, parent: macro.activation)
        try bind(arguments, to: definition, layout, inner)
        enter(definition.frame, inner)
        let text = try call { () throws(ChatTemplateError) in
            for parameter in definition.parameters {
                let index = resolution.slots[parameter.use.use].index
                guard inner[index] == nil else { continue }
                if let value = parameter.defaultValue {
                    inner[index] = try evaluate(value, inner)
                } else {
                    inner[index] = .undefined(UndefinedValue("parameter '\(parameter.name)' was not provided"))
                }
            }
            return try capture { () throws(ChatTemplateError) in _ = try execute(definition.body, inner) }.text
        }
        return escapes ? try markup(text) : try string(text)
    }

    /// Gives a macro's parameters, `caller`, `varargs` and `kwargs` their values, or fails for what nothing takes.
    private func bind(
        _ arguments: Arguments, to definition: MacroDefinition, _ layout: FunctionLayout, _ inner: Activation
    ) throws(ChatTemplateError) {
        var named = arguments.named
        func take(_ name: String) -> Value? {
            named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
        }
        for (index, parameter) in definition.parameters.enumerated() {
            let slot = resolution.slots[parameter.use.use].index
            inner[slot] =
                index < arguments.positional.count ? arguments.positional[index] : take(parameter.name)
        }
        if let index = layout.caller {
            let caller = take("caller")
            inner[index] =
                caller.flatMap { $0.isNone ? nil : $0 } ?? .undefined(UndefinedValue("No caller defined"))
        }
        if let index = layout.kwargs {
            inner[index] = try dict(named.map { (.string($0.name), $0.value) })
        } else if let extra = named.first {
            throw ChatTemplateError(.type, "macro '\(definition.name)' takes no keyword argument '\(extra.name)'")
        }
        let extras = Array(arguments.positional.dropFirst(definition.parameters.count))
        if let index = layout.varargs {
            inner[index] = try tuple(extras)
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
            let namespace = try makeNamespace()
            for (key, value) in try dictEntries("namespace", arguments) {
                try charge(namespace.attributes.count >> 3)
                let name = key.text ?? key.repr
                if key.text != nil { try Self.checkAttributeName(name) }
                namespace[name] = value
            }
            return .namespace(namespace)
        case .dict: return try dict(try dictEntries("dict", arguments))
        case .cycler:
            guard !arguments.positional.isEmpty, arguments.named.isEmpty else {
                throw ChatTemplateError(.type, "at least one item has to be provided")
            }
            return .cycler(CyclerValue(arguments.positional))
        case .joiner:
            return .joiner(JoinerValue(try arguments.bind("joiner", ["sep"])[0] ?? .string(", ")))
        case .raiseException:
            let message = try arguments.bind("raise_exception", ["message"])[0]
                .required("raise_exception", "message")
            throw ChatTemplateError(.raised, try text(of: message))
        case .strftimeNow:
            let format = try arguments.bind("strftime_now", ["format"])[0].required("strftime_now", "format")
            guard let format = format.text else {
                throw ChatTemplateError(.type, "strftime() argument 1 must be str, not \(format.typeName)")
            }
            try charge(bytes: format.utf8.count)
            return try string(clock.formatted(format))
        case .lipsum:
            throw ChatTemplateError(.security, "lipsum() makes random text, which no prompt should depend on")
        }
    }

    private func range(_ arguments: Arguments) throws(ChatTemplateError) -> Value {
        var bounds: [Int] = []
        guard arguments.named.isEmpty, 1...3 ~= arguments.positional.count else {
            throw ChatTemplateError(.type, "range() takes one to three positional arguments")
        }
        for value in arguments.positional {
            guard let bound = value.clampedInteger else {
                throw ChatTemplateError(.type, "'\(value.typeName)' object cannot be interpreted as an integer")
            }
            bounds.append(bound)
        }
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
            } else if case .undefined(let undefined) = source {
                throw undefined.error
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
