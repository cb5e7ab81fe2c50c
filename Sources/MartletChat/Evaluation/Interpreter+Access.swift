extension Interpreter {
    /// `object.name`: a method or attribute, else the member of that name.
    ///
    /// `isMember` if no object of Python's has a method or attribute of that name.
    func attribute(_ name: String, isMember: Bool, of object: Value) throws(ChatTemplateError) -> Value {
        if isMember {
            switch object {
            case .dict(let dict): return dict[name] ?? missing(name, of: object)
            case .namespace(let namespace): return namespace[name] ?? missing(name, of: object)
            default: break
            }
        }
        if let attribute = try builtinAttribute(name, of: object) { return attribute }
        switch object {
        case .dict(let dict): if let member = dict[name] { return member }
        case .blocks(let context): if let block = block(name, context) { return block }
        default: break
        }
        return missing(name, of: object)
    }

    /// `object[key]`: a member or element, else for a string the attribute of that name.
    func item(_ key: Value, of object: Value) throws(ChatTemplateError) -> Value {
        switch object {
        case .undefined(let undefined): throw undefined.error
        case .dict(let dict):
            if let member = dict[key] { return member }
        case .list(let list), .tuple(let list):
            if let index = key.clampedInteger, let element = Self.element(list.elements, index) { return element }
        case .string(let text):
            if let index = key.clampedInteger, let element = try element(of: text, index) { return .string(element) }
        case .markup(let text):
            if let index = key.clampedInteger, let element = try element(of: text, index) { return .markup(element) }
        case .range(let start, let stop, let step):
            let count = Value.rangeCount(start, stop, step)
            if let index = key.clampedInteger, let position = Self.position(index, count) {
                return .integer(start + position * step)
            }
        case .blocks(let context): if let name = key.text, let block = block(name, context) { return block }
        default: break
        }
        if let name = key.text {
            return try builtinAttribute(name, of: object) ?? missing(name, of: object)
        }
        let kind = object.typeName == "NoneType" ? "None" : "\(object.typeName) object"
        return .undefined(UndefinedValue("\(kind) has no element \(try keyDescription(key))"))
    }

    private func keyDescription(_ key: Value) throws(ChatTemplateError) -> String {
        let weight = key.extent.weight
        return weight > 100 ? "of that key" : key.repr
    }

    private func block(_ name: String, _ context: BlockContext) -> Value? {
        resolution.blocks[name].map { .block(BlockReference($0, context)) }
    }

    private func missing(_ name: String, of object: Value) -> Value {
        .undefined(UndefinedValue(.attribute(name, typeName: object.typeName)))
    }

    private static func position(_ index: Int, _ count: Int) -> Int? {
        let position = index < 0 ? index &+ count : index
        return 0..<count ~= position ? position : nil
    }

    private static func element(_ elements: [Value], _ index: Int) -> Value? {
        position(index, elements.count).map { elements[$0] }
    }

    private func element(of text: String, _ index: Int) throws(ChatTemplateError) -> String? {
        try charge(bytes: text.utf8.count)
        guard let position = Self.position(index, text.scalarCount) else { return nil }
        let scalars = text.unicodeScalars
        return String(scalars[scalars.index(scalars.startIndex, offsetBy: position)])
    }

    /// What Python's `getattr` finds: methods, and the attributes of template objects.
    func builtinAttribute(_ name: String, of object: Value) throws(ChatTemplateError) -> Value? {
        // Names that Python keeps for itself exist on every object, but the sandbox hides them.
        if name.utf8.first == UInt8(ascii: "_"), PythonNames.isSpecial(name) {
            return refused(name, of: object)
        }
        switch object {
        case .undefined(let undefined): throw undefined.error
        case .namespace(let namespace): return namespace[name]
        case .loop(let loop):
            return try loop.attribute(name) ?? (["cycle", "changed"].contains(name) ? bound(object, name) : nil)
        case .macro(let macro): return macroAttribute(name, macro)
        case .cycler(let cycler):
            switch name {
            case "current": return cycler.items[cycler.position]
            case "items": return .tuple(ListValue(cycler.items))
            case "pos": return .integer(cycler.position)
            default: return ["next", "reset"].contains(name) ? bound(object, name) : nil
            }
        case .joiner(let joiner):
            return name == "sep" ? joiner.separator : name == "used" ? .bool(joiner.isUsed) : nil
        case .tuple(let list):
            if let field = list.fieldNames.firstIndex(of: name) { return list.elements[field] }
            return Methods.tuple.contains(name) ? bound(object, name) : nil
        case .list:
            if Methods.listMutating.contains(name) { return refused(name, of: object) }
            return Methods.list.contains(name) ? bound(object, name) : nil
        case .dict:
            if Methods.dictMutating.contains(name) { return refused(name, of: object) }
            return Methods.dict.contains(name) ? bound(object, name) : nil
        case .string: return Methods.string.contains(name) ? bound(object, name) : nil
        case .markup:
            return Methods.string.contains(name) || Methods.markup.contains(name) ? bound(object, name) : nil
        case .bool, .integer, .bigInteger, .float: return NumberMethods.attribute(name, of: object)
        case .range(let start, let stop, let step):
            switch name {
            case "start": return .integer(start)
            case "stop": return .integer(stop)
            case "step": return .integer(step)
            default: return Methods.tuple.contains(name) ? bound(object, name) : nil
            }
        case .view(let kind, let dict):
            if name == "mapping" { return .dict(dict) }
            return name == "isdisjoint" && kind != .values ? bound(object, name) : nil
        case .function(.dict): return name == "fromkeys" ? bound(object, name) : nil
        default: return nil
        }
    }

    private func bound(_ object: Value, _ name: String) -> Value { .method(BoundMethod(object, name)) }

    private func refused(_ name: String, of object: Value) -> Value {
        .undefined(
            UndefinedValue("access to attribute '\(name)' of '\(object.typeName)' object is unsafe.", kind: .security))
    }

    private func macroAttribute(_ name: String, _ macro: MacroValue) -> Value? {
        let layout = resolution.functions[macro.definition.frame]
        return switch name {
        case "name": macro.definition.use == nil ? Value.none : .string(macro.definition.name)
        case "arguments": .tuple(ListValue(macro.definition.parameters.map { .string($0.name) }))
        case "caller": .bool(layout?.caller != nil || layout?.hasExplicitCaller ?? false)
        case "catch_varargs": .bool(layout?.varargs != nil)
        case "catch_kwargs": .bool(layout?.kwargs != nil)
        case "explicit_caller": .bool(layout?.hasExplicitCaller ?? false)
        default: nil
        }
    }

    /// `object[start:stop:step]`.
    func slice(_ object: Value, _ start: Int?, _ stop: Int?, _ step: Int?) throws(ChatTemplateError) -> Value {
        switch object {
        case .undefined(let undefined): throw undefined.error
        case .list(let list): return try self.list(try Self.slice(list.elements, start, stop, step))
        case .tuple(let list): return try tuple(try Self.slice(list.elements, start, stop, step))
        case .string(let text): return try string(try slice(text, start, stop, step))
        case .markup(let text): return try markup(try slice(text, start, stop, step))
        case .range(let first, let last, let stride):
            let bounds = try SliceBounds(start, stop, step, count: Value.rangeCount(first, last, stride))
            return .range(
                start: first + bounds.start * stride, stop: first + bounds.stop * stride,
                step: Self.product(stride, step ?? 1))
        default:
            throw ChatTemplateError(.type, "'\(object.typeName)' object is not subscriptable")
        }
    }

    /// The step of a range's slice, which is printed even where there are no elements.
    private static func product(_ stride: Int, _ step: Int) -> Int {
        let (product, overflow) = stride.multipliedReportingOverflow(by: step)
        if !overflow { return product }
        return (stride < 0) == (step < 0) ? .max : -.max
    }

    private func slice(
        _ text: String, _ start: Int?, _ stop: Int?, _ step: Int?
    ) throws(ChatTemplateError) -> String {
        try charge(bytes: text.utf8.count)
        var result = String.UnicodeScalarView()
        result.append(contentsOf: try Self.slice(Array(text.unicodeScalars), start, stop, step))
        return String(result)
    }

    static func slice<Element>(
        _ elements: [Element], _ start: Int?, _ stop: Int?, _ step: Int?
    ) throws(ChatTemplateError) -> [Element] {
        let bounds = try SliceBounds(start, stop, step, count: elements.count)
        if bounds.step == 1 { return Array(elements[bounds.start..<bounds.start + bounds.count]) }
        return (0..<bounds.count).map { elements[bounds.start + $0 * bounds.step] }
    }
}

/// Where a slice begins and ends in a sequence.
struct SliceBounds {
    let start: Int
    let stop: Int
    let step: Int
    /// How many elements it has.
    let count: Int

    /// The bounds for a sequence of `count` elements; negative ones count from the end.
    init(_ start: Int?, _ stop: Int?, _ step: Int?, count: Int) throws(ChatTemplateError) {
        guard step != 0 else { throw ChatTemplateError(.value, "slice step cannot be zero") }
        // Longer steps end after one element like this one.
        let step = min(max(step ?? 1, -count - 1), count + 1)
        let (low, high) = step > 0 ? (0, count) : (-1, count - 1)
        func clamp(_ index: Int?, or fallback: Int) -> Int {
            guard let index else { return fallback }
            return min(max(index < 0 ? index &+ count : index, low), high)
        }
        self.start = clamp(start, or: step > 0 ? low : high)
        self.stop = clamp(stop, or: step > 0 ? high : low)
        self.step = step
        self.count = Value.rangeCount(self.start, self.stop, step)
    }
}
