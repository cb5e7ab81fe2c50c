/// Finds out where all variables of a template live, and what in it cannot work.
struct Resolver {
    private(set) var resolution: Resolution
    private let names: [String]
    private let idOfName: [String: NameID]
    private var functions: [FunctionVariables] = []
    private var definitions: [BlockDefinition] = []
    private var line = 1

    /// What surrounds the place that is looked at.
    private struct Place {
        var symbols: SymbolTable
        /// Whether filters that do not exist only matter when they are reached, as inside conditions.
        var isSoft = false
        /// Whether nothing but conditions is around it.
        var isOutermost = false
        /// Loops of the same function around it.
        var loops = 0

        func inner(_ symbols: SymbolTable) -> Place { Place(symbols: symbols, loops: loops) }
    }

    /// Python's limit on loops within each other.
    private static let maxLoops = 20

    static func resolve(_ body: [Statement], of parser: Parser) throws(ChatTemplateError) -> Resolution {
        var resolver = Resolver(parser)
        try resolver.resolve(body)
        return resolver.resolution
    }

    private init(_ parser: Parser) {
        names = parser.names
        idOfName = Dictionary(uniqueKeysWithValues: parser.names.enumerated().map { ($1, $0) })
        resolution = Resolution(
            slots: Array(repeating: Slot(hops: 0, index: 0), count: parser.useCount),
            frames: Array(repeating: Frame(), count: parser.frameCount))
    }

    private func error(_ message: String) -> ChatTemplateError { ChatTemplateError(.syntax, message, line: line) }

    private mutating func resolve(_ body: [Statement]) throws(ChatTemplateError) {
        let root = function(0, inside: nil)
        let symbols = SymbolTable(parent: nil, function: root)
        root.layout.selfReference = special("self", in: body, symbols)
        analyze(body, symbols)
        enter(0, symbols)
        try statements(body, Place(symbols: symbols, isOutermost: true))
        var next = 0
        while next < definitions.count {
            try resolve(definitions[next])
            next += 1
        }
        if resolution.blocks.isEmpty { resolution.exports = [] }
        for function in functions { resolution.functions[function.frame] = function.layout }
    }

    private mutating func resolve(_ block: BlockDefinition) throws(ChatTemplateError) {
        let function = function(block.frame, inside: nil)
        let symbols = SymbolTable(parent: nil, function: function)
        function.layout.selfReference = special("self", in: block.body, symbols)
        function.layout.superBlock = special("super", in: block.body, symbols)
        analyze(block.body, symbols)
        enter(block.frame, symbols)
        try statements(block.body, Place(symbols: symbols))
    }

    private mutating func function(_ frame: FrameID, inside outer: FunctionVariables?) -> FunctionVariables {
        let function = FunctionVariables(frame: frame, inside: outer)
        functions.append(function)
        return function
    }

    /// Declares a name that the language provides, if it is read before it is assigned to.
    private func special(_ name: String, in body: [Statement], _ symbols: SymbolTable) -> Int32? {
        guard let id = idOfName[name], !NameWalk.undeclared([id], in: body).isEmpty else { return nil }
        return symbols.declareParameter(id).index
    }

    private mutating func enter(_ frame: FrameID, _ symbols: SymbolTable) {
        var result = Frame()
        for (variable, start) in symbols.starts {
            switch start {
            case .parameter: break
            case .given(let name): result.given.append((variable.index, name))
            case .alias(let outer): result.aliases.append((variable.index, slot(of: outer, in: symbols.function)))
            case .undefined: result.undefined.append(variable.index)
            }
        }
        resolution.frames[frame] = result
    }

    private func slot(of variable: Variable, in function: FunctionVariables) -> Slot {
        Slot(hops: Int32(function.depth - variable.function.depth), index: variable.index)
    }

    private mutating func bind(_ name: NameUse, _ symbols: SymbolTable) throws(ChatTemplateError) {
        guard let variable = symbols.find(name.name) else {
            throw error("'\(names[name.name])' cannot be used here: set it outside of this tag first")
        }
        resolution.slots[name.use] = slot(of: variable, in: symbols.function)
    }
}

// MARK: - What names mean in one part

extension Resolver {
    private func analyze(_ body: [Statement], _ symbols: SymbolTable) {
        for statement in body { analyze(statement.kind, symbols) }
    }

    private func walk(_ symbols: SymbolTable) -> NameWalk {
        NameWalk { name, access in
            switch access {
            case .load: symbols.load(name.name)
            case .store: symbols.store(name.name)
            case .parameter: symbols.declareParameter(name.name)
            }
        }
    }

    /// Notes what a statement does in this part; parts with variables of their own inside of it come later.
    private func analyze(_ kind: Statement.Kind, _ symbols: SymbolTable) {
        let walk = walk(symbols)
        switch kind {
        case .text, .block, .breakLoop, .continueLoop, .generation, .autoescape: break
        case .output(let value, _): walk.expression(value)
        case .conditional(let branches, let otherwise): analyze(branches[...], otherwise, symbols)
        case .loop(let loop): walk.expression(loop.iterable)
        case .set(let target, let value):
            walk.expression(value)
            walk.target(target, .store)
        case .setBlock(let target, _, _, _): walk.target(target, .store)
        case .macro(let definition): if let use = definition.use { symbols.store(use.name) }
        case .callBlock(_, let call, _): walk.expression(call)
        case .filterBlock(let filters, _, _, _): walk.filters(filters)
        case .with(let assignments, _, _): for assignment in assignments { walk.expression(assignment.value) }
        case .loading(_, let expressions, let stores):
            for value in expressions { walk.expression(value) }
            for name in stores { symbols.store(name.name) }
        }
    }

    private func analyze(
        _ branches: ArraySlice<(test: Expression, body: [Statement])>, _ otherwise: [Statement],
        _ symbols: SymbolTable
    ) {
        guard let first = branches.first else { return analyze(otherwise, symbols) }
        walk(symbols).expression(first.test)
        let then = symbols.copy()
        analyze(first.body, then)
        // Each `elif` is a condition of its own, after the one before it.
        let alternatives = symbols.copy()
        for branch in branches.dropFirst() {
            walk(alternatives).expression(branch.test)
            let body = alternatives.copy()
            analyze(branch.body, body)
            alternatives.merge([body, alternatives.copy(), alternatives.copy()])
        }
        let last = symbols.copy()
        analyze(otherwise, last)
        symbols.merge([then, alternatives, last])
    }

    private func analyze(_ definition: MacroDefinition, _ symbols: SymbolTable) {
        let walk = walk(symbols)
        for parameter in definition.parameters { symbols.declareParameter(parameter.use.name) }
        for parameter in definition.parameters { parameter.defaultValue.map(walk.expression) }
        analyze(definition.body, symbols)
    }
}

// MARK: - Places of variables

extension Resolver {
    private mutating func statements(_ body: [Statement], _ place: Place) throws(ChatTemplateError) {
        for statement in body {
            line = statement.line
            try self.statement(statement.kind, place)
        }
    }

    private mutating func statement(_ kind: Statement.Kind, _ place: Place) throws(ChatTemplateError) {
        switch kind {
        case .text: break
        case .output(let value, _): try expression(value, place)
        case .conditional(let branches, let otherwise):
            var soft = place
            soft.isSoft = true
            for (test, body) in branches {
                try expression(test, soft)
                try statements(body, soft)
            }
            try statements(otherwise, soft)
        case .loop(let loop): try self.loop(loop, place)
        case .set(let target, let value):
            try expression(value, place)
            try self.target(target, place)
        case .setBlock(let target, let filters, let body, let frame):
            let inner = place.inner(SymbolTable(parent: place.symbols, function: place.symbols.function))
            analyze(body, inner.symbols)
            enter(frame, inner.symbols)
            try statements(body, inner)
            try self.target(target, place)
            try self.filters(filters, inner)
        case .macro(let definition): try macro(definition, place)
        case .callBlock(let definition, let call, _):
            try body(of: definition, place)
            try expression(call, place)
        case .generation(let definition, _): try body(of: definition, place)
        case .filterBlock(let filters, let body, let frame, _):
            let inner = place.inner(SymbolTable(parent: place.symbols, function: place.symbols.function))
            analyze(body, inner.symbols)
            walk(inner.symbols).filters(filters)
            enter(frame, inner.symbols)
            try statements(body, inner)
            try self.filters(filters, inner)
        case .with(let assignments, let body, let frame): try with(assignments, body, frame, place)
        case .autoescape(let isOn, let body, let frame):
            let inner = place.inner(SymbolTable(parent: place.symbols, function: place.symbols.function))
            walk(inner.symbols).expression(isOn)
            analyze(body, inner.symbols)
            enter(frame, inner.symbols)
            try expression(isOn, inner)
            try statements(body, inner)
        case .block(let block): try self.block(block, place)
        case .loading(let tag, let expressions, let stores):
            guard tag != "extends" || place.isOutermost else {
                throw error("cannot use extend from a non top-level scope")
            }
            for value in expressions { try expression(value, place) }
            for name in stores { try bind(name, place.symbols) }
        case .breakLoop, .continueLoop:
            guard place.loops > 0 else { throw error("'break' and 'continue' are for the insides of loops") }
        }
    }

    private mutating func target(_ target: Target, _ place: Place) throws(ChatTemplateError) {
        switch target {
        case .name(let name):
            try bind(name, place.symbols)
            if place.isOutermost { resolution.exports.insert(name.use) }
        case .tuple(let targets): for target in targets { try self.target(target, place) }
        case .namespace(let name, _): try bind(name, place.symbols)
        }
    }

    private mutating func with(
        _ assignments: [(target: Target, value: Expression)], _ body: [Statement], _ frame: FrameID, _ place: Place
    ) throws(ChatTemplateError) {
        let inner = place.inner(SymbolTable(parent: place.symbols, function: place.symbols.function))
        for assignment in assignments { walk(inner.symbols).target(assignment.target, .parameter) }
        analyze(body, inner.symbols)
        enter(frame, inner.symbols)
        for assignment in assignments {
            try target(assignment.target, inner)
            try expression(assignment.value, place)
        }
        try statements(body, inner)
    }

    private mutating func block(_ block: BlockDefinition, _ place: Place) throws(ChatTemplateError) {
        guard resolution.blocks[block.name] == nil else { throw error("block '\(block.name)' defined twice") }
        resolution.blocks[block.name] = block
        definitions.append(block)
        guard block.isScoped else { return }
        for (name, variable) in place.symbols.allStores {
            resolution.visible[block.frame, default: []].append((name, slot(of: variable, in: place.symbols.function)))
        }
    }

    private mutating func macro(_ definition: MacroDefinition, _ place: Place) throws(ChatTemplateError) {
        try body(of: definition, place)
        guard let use = definition.use else { return }
        try bind(use, place.symbols)
        if place.isOutermost { resolution.exports.insert(use.use) }
    }

    private mutating func body(of definition: MacroDefinition, _ place: Place) throws(ChatTemplateError) {
        let function = function(definition.frame, inside: place.symbols.function)
        let symbols = SymbolTable(parent: place.symbols, function: function)
        analyze(definition, symbols)
        let mentioned = NameWalk.undeclared(
            Set(["caller", "kwargs", "varargs"].compactMap { idOfName[$0] }), in: definition.body)
        func extra(_ name: String) -> Int32? {
            guard let id = idOfName[name], mentioned.contains(id),
                !definition.parameters.contains(where: { $0.name == name })
            else { return nil }
            return symbols.declareParameter(id).index
        }
        if let caller = definition.parameters.first(where: { $0.name == "caller" }) {
            function.layout.hasExplicitCaller = true
            if let id = idOfName["caller"], mentioned.contains(id), caller.defaultValue == nil {
                throw error(
                    "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a"
                        + " default.")
            }
        }
        function.layout.caller = extra("caller")
        function.layout.kwargs = extra("kwargs")
        function.layout.varargs = extra("varargs")
        enter(definition.frame, symbols)
        let inner = Place(symbols: symbols)
        for parameter in definition.parameters {
            try bind(parameter.use, symbols)
            if let value = parameter.defaultValue { try expression(value, inner) }
        }
        try statements(definition.body, inner)
    }

    private mutating func loop(_ loop: Loop, _ place: Place) throws(ChatTemplateError) {
        try checkLoopName(loop)
        let outer = place.symbols.function
        let function = loop.isRecursive ? function(loop.bodyFrame, inside: outer) : outer
        let symbols = SymbolTable(parent: place.symbols, function: function)
        if let id = idOfName["loop"],
            loop.isRecursive || !NameWalk.undeclared([id], in: loop.body).isEmpty || Self.hasScopedBlock(loop)
        {
            resolution.loops[loop.bodyFrame] = symbols.declareParameter(id).index
        }
        walk(symbols).target(loop.target, .parameter)
        analyze(loop.body, symbols)
        enter(loop.bodyFrame, symbols)
        let otherwise = SymbolTable(parent: place.symbols, function: function)
        analyze(loop.otherwise, otherwise)
        enter(loop.otherwiseFrame, otherwise)
        try condition(of: loop, place)
        try expression(loop.iterable, place)
        var inner = place.inner(symbols)
        inner.loops = loop.isRecursive ? 1 : place.loops + 1
        guard inner.loops <= Self.maxLoops else { throw error("too many loops within each other") }
        try target(loop.target, inner)
        try statements(loop.body, inner)
        var outside = place.inner(otherwise)
        outside.loops = loop.isRecursive ? 0 : place.loops
        try statements(loop.otherwise, outside)
    }

    private mutating func condition(of loop: Loop, _ place: Place) throws(ChatTemplateError) {
        guard let condition = loop.condition else { return }
        let function = function(condition.frame, inside: place.symbols.function)
        let symbols = SymbolTable(parent: place.symbols, function: function)
        walk(symbols).target(condition.target, .parameter)
        walk(symbols).expression(condition.test)
        enter(condition.frame, symbols)
        let inner = Place(symbols: symbols)
        try target(condition.target, inner)
        try expression(condition.test, inner)
    }

    private func checkLoopName(_ loop: Loop) throws(ChatTemplateError) {
        guard let id = idOfName["loop"] else { return }
        var isAssigned = false
        let walk = NameWalk { name, access in if access == .store, name.name == id { isAssigned = true } }
        walk.target(loop.target, .store)
        walk.statements(loop.body)
        walk.statements(loop.otherwise)
        guard !isAssigned else { throw error("Can't assign to special loop variable in for-loop target") }
    }

    private static func hasScopedBlock(_ loop: Loop) -> Bool {
        func search(_ body: [Statement]) -> Bool {
            body.contains { statement in
                switch statement.kind {
                case .block(let block): block.isScoped || search(block.body)
                case .conditional(let branches, let otherwise):
                    branches.contains { search($0.body) } || search(otherwise)
                case .loop(let loop): search(loop.body) || search(loop.otherwise)
                case .with(_, let body, _), .autoescape(_, let body, _), .filterBlock(_, let body, _, _): search(body)
                default: false
                }
            }
        }
        return search(loop.body) || search(loop.otherwise)
    }

    private mutating func filters(_ filters: [FilterCall], _ place: Place) throws(ChatTemplateError) {
        for filter in filters {
            try check(filter.name, isFilter: true, place)
            try arguments(filter.arguments, place)
        }
    }

    private func check(_ name: String, isFilter: Bool, _ place: Place) throws(ChatTemplateError) {
        if place.isSoft || (isFilter ? Filters.names.contains(name) : Tests.names.contains(name)) { return }
        throw error("No \(isFilter ? "filter" : "test") named '\(name)'.")
    }

    private mutating func arguments(_ arguments: CallArguments, _ place: Place) throws(ChatTemplateError) {
        for value in arguments.positional { try expression(value, place) }
        for argument in arguments.named { try expression(argument.value, place) }
        if let value = arguments.spread { try expression(value, place) }
        if let value = arguments.namedSpread { try expression(value, place) }
    }

    private mutating func expression(_ expression: Expression, _ place: Place) throws(ChatTemplateError) {
        switch expression {
        case .literal: break
        case .name(let name): try bind(name, place.symbols)
        case .list(let parts), .tuple(let parts), .concat(let parts, _):
            for part in parts { try self.expression(part, place) }
        case .dict(let members):
            for member in members {
                try self.expression(member.key, place)
                try self.expression(member.value, place)
            }
        case .attribute(let inner, _, _), .not(let inner), .negate(let inner), .plus(let inner):
            try self.expression(inner, place)
        case .item(let left, let right), .and(let left, let right), .or(let left, let right),
            .binary(_, let left, let right):
            try self.expression(left, place)
            try self.expression(right, place)
        case .slice(let inner, let start, let stop, let step):
            for part in [inner, start, stop, step] { if let part { try self.expression(part, place) } }
        case .call(let callee, let arguments):
            try self.expression(callee, place)
            try self.arguments(arguments, place)
        case .test(let value, let name, let arguments):
            try check(name, isFilter: false, place)
            try self.expression(value, place)
            try self.arguments(arguments, place)
        case .filter(let value, let filter):
            try self.expression(value, place)
            try filters([filter], place)
        case .compare(let first, let rest):
            try self.expression(first, place)
            for part in rest { try self.expression(part.right, place) }
        case .conditional(let test, let then, let otherwise):
            var soft = place
            soft.isSoft = true
            for part in [test, then, otherwise] { if let part { try self.expression(part, soft) } }
        }
    }
}
