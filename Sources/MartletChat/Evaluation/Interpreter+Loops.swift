extension Interpreter {
    func loop(_ loop: Loop, _ activation: Activation) throws(ChatTemplateError) -> Flow {
        let items = try evaluate(loop.iterable, activation)
        guard loop.isRecursive else { return try run(loop, over: items, depth: 0, activation, outer: activation) }
        try write(try text(of: try recurse(loop, over: items, depth: 0, activation)))
        return .normal
    }

    /// The text of a recursive loop over `items`.
    func recurse(
        _ loop: Loop, over items: Value, depth: Int, _ outer: Activation
    ) throws(ChatTemplateError) -> Value {
        let layout = resolution.functions[loop.bodyFrame] ?? FunctionLayout()
        let inner = activation(layout, context: outer.context, parent: outer)
        let text = try call { () throws(ChatTemplateError) in
            try capture { () throws(ChatTemplateError) in
                try run(loop, over: items, depth: depth, inner, outer: outer)
            }.text
        }
        return escapes ? try markup(text) : try string(text)
    }

    /// Runs a loop over the elements of `items`; `outer` has the variables around it.
    private func run(
        _ loop: Loop, over items: Value, depth: Int, _ activation: Activation, outer: Activation
    ) throws(ChatTemplateError) -> Flow {
        var cursor = try cursor(over: items)
        if let condition = loop.condition { cursor = filtered(cursor, condition, outer) }
        // Elements that are left by `break` or `continue` do not count, as in jinja2.
        var isEmpty = true
        if let loopIndex = resolution.loops[loop.bodyFrame] {
            let state = LoopState(cursor, depth: depth, loop: loop, activation: loop.isRecursive ? outer : nil)
            defer {
                state.activation = nil
                activation[loopIndex] = nil
            }
            while let item = try state.advance() {
                activation[loopIndex] = .loop(state)
                let flow = try runBody(loop, item, activation)
                if flow == .normal { isEmpty = false }
                if flow == .breakLoop { break }
            }
        } else {
            while let item = try cursor.next() {
                let flow = try runBody(loop, item, activation)
                if flow == .normal { isEmpty = false }
                if flow == .breakLoop { break }
            }
        }
        guard isEmpty, !loop.otherwise.isEmpty else { return .normal }
        enter(loop.otherwiseFrame, activation)
        return try execute(loop.otherwise, activation)
    }

    private func runBody(_ loop: Loop, _ item: Value, _ activation: Activation) throws(ChatTemplateError) -> Flow {
        try charge()
        try assign(loop.target, item, activation)
        enter(loop.bodyFrame, activation)
        return try execute(loop.body, activation)
    }

    /// The elements for which a loop's condition holds, looked at one by one as the loop gets to them.
    private func filtered(
        _ cursor: ElementCursor, _ condition: (target: Target, test: Expression, frame: FrameID), _ outer: Activation
    ) -> ElementCursor {
        let layout = resolution.functions[condition.frame] ?? FunctionLayout()
        let inner = activation(layout, context: outer.context, parent: outer)
        enter(condition.frame, inner)
        var cursor = cursor
        return ElementCursor(
            IteratorValue { [self] () throws(ChatTemplateError) in
                while let item = try cursor.next() {
                    try charge()
                    try assign(condition.target, item, inner)
                    if try evaluate(condition.test, inner).isTrue { return item }
                }
                return nil
            })
    }

    // MARK: Elements

    /// Goes over the elements of anything that can be iterated over.
    func cursor(over value: Value) throws(ChatTemplateError) -> ElementCursor {
        switch value {
        case .iterator(let iterator): return ElementCursor(iterator)
        case .loop(let state): return ElementCursor(state)
        case .range(let start, let stop, let step):
            let count = Value.rangeCount(start, stop, step)
            try charge(count)
            return ElementCursor(start: start, step: step, count: count)
        default:
            let elements = try storedElements(of: value)
            try charge(elements.count)
            return ElementCursor(elements)
        }
    }

    /// All elements of anything that can be iterated over.
    func elements(of value: Value) throws(ChatTemplateError) -> [Value] {
        switch value {
        case .iterator, .loop:
            var cursor = try cursor(over: value)
            var elements: [Value] = []
            var weight = 0
            while let element = try cursor.next() {
                weight += element.extent.weight
                guard weight <= limits.maxBytes >> 4 else {
                    throw ChatTemplateError(.limit, "makes a list that is too large")
                }
                elements.append(element)
            }
            return elements
        default:
            let elements = try storedElements(of: value)
            try charge(elements.count)
            return elements
        }
    }

    private func storedElements(of value: Value) throws(ChatTemplateError) -> [Value] {
        switch value {
        case .undefined: return []
        case .string(let text):
            try charge(bytes: text.utf8.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .markup(let text):
            try charge(bytes: text.utf8.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .list(let list), .tuple(let list): return list.elements
        case .dict(let dict): return dict.elements(of: .keys)
        case .view(let view, let dict): return dict.elements(of: view)
        case .range(let start, let stop, let step):
            return (0..<Value.rangeCount(start, stop, step)).map { .integer(start + $0 * step) }
        default: throw ChatTemplateError(.type, "'\(value.typeName)' object is not iterable")
        }
    }
}
