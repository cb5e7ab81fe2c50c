extension Interpreter {
    /// `object.name`: a method or attribute, else the member of that name.
    func attribute(_ name: String, of object: Value) throws(ChatTemplateError) -> Value {
        if case .undefined(let undefined) = object { throw undefined.error }
        if let attribute = builtinAttribute(name, of: object) { return attribute }
        if case .dict(let dict) = object, let member = dict[name] { return member }
        return missing(name, of: object)
    }

    /// `object[key]`: a member or element, else for a string the attribute of that name.
    func item(_ key: Value, of object: Value) throws(ChatTemplateError) -> Value {
        switch object {
        case .undefined(let undefined): throw undefined.error
        case .dict(let dict): if let member = dict[key] { return member }
        case .list(let list), .tuple(let list):
            if let index = key.integer, let element = Self.element(list.elements, index) { return element }
        case .string(let text), .markup(let text):
            if let index = key.integer, let element = try element(of: text, index) { return element }
        case .range(let start, let stop, let step):
            let count = Value.rangeCount(start, stop, step)
            if let index = key.integer {
                let position = index < 0 ? index + count : index
                if 0..<count ~= position { return .integer(start + position * step) }
            }
        default: break
        }
        if let name = key.text, let attribute = builtinAttribute(name, of: object) { return attribute }
        if let name = key.text { return missing(name, of: object) }
        let kind = object.typeName == "NoneType" ? "None" : "\(object.typeName) object"
        return .undefined(UndefinedValue("\(kind) has no element \(key.repr)"))
    }

    private func missing(_ name: String, of object: Value) -> Value {
        let kind = object.typeName == "NoneType" ? "None" : "\(object.typeName) object"
        return .undefined(UndefinedValue("'\(kind)' has no attribute '\(name)'"))
    }

    private static func element(_ elements: [Value], _ index: Int) -> Value? {
        let position = index < 0 ? index + elements.count : index
        return elements.indices.contains(position) ? elements[position] : nil
    }

    private func element(of text: String, _ index: Int) throws(ChatTemplateError) -> Value? {
        try charge(bytes: text.utf8.count)
        let count = text.scalarCount
        let position = index < 0 ? index + count : index
        guard 0..<count ~= position else { return nil }
        let scalars = text.unicodeScalars
        return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: position)]))
    }

    /// What Python's `getattr` finds: methods, and the attributes of template objects.
    private func builtinAttribute(_ name: String, of object: Value) -> Value? {
        switch object {
        case .namespace(let namespace): return namespace[name]
        case .loop(let loop):
            return loop.attribute(name) ?? (["cycle", "changed"].contains(name) ? bound(object, name) : nil)
        case .macro(let macro): return macroAttribute(name, macro)
        case .cycler(let cycler):
            if name == "current" { return cycler.items[cycler.position] }
            return ["next", "reset"].contains(name) ? bound(object, name) : nil
        case .tuple(let list):
            if let field = list.fieldNames.firstIndex(of: name) { return list.elements[field] }
            return Methods.list.contains(name) && name != "copy" ? bound(object, name) : nil
        case .list:
            if Methods.listMutating.contains(name) { return refused(name, of: object) }
            return Methods.list.contains(name) ? bound(object, name) : nil
        case .dict:
            if Methods.dictMutating.contains(name) { return refused(name, of: object) }
            return Methods.dict.contains(name) ? bound(object, name) : nil
        case .string, .markup: return Methods.string.contains(name) ? bound(object, name) : nil
        default: return nil
        }
    }

    private func bound(_ object: Value, _ name: String) -> Value { .method(BoundMethod(object, name)) }

    private func refused(_ name: String, of object: Value) -> Value {
        .undefined(
            UndefinedValue("access to attribute '\(name)' of '\(object.typeName)' object is unsafe.", kind: .security))
    }

    private func macroAttribute(_ name: String, _ macro: MacroValue) -> Value? {
        switch name {
        case "name": .string(macro.definition.name)
        case "arguments": .tuple(ListValue(macro.definition.parameters.map { .string($0.name) }))
        case "caller": .bool(macro.definition.usesCaller)
        case "catch_varargs": .bool(macro.definition.usesVarargs)
        case "catch_kwargs": .bool(macro.definition.usesKwargs)
        default: nil
        }
    }

    /// `object[start:stop:step]`.
    func slice(_ object: Value, _ start: Int?, _ stop: Int?, _ step: Int?) throws(ChatTemplateError) -> Value {
        if step == 0 { throw ChatTemplateError(.value, "slice step cannot be zero") }
        switch object {
        case .undefined(let undefined): throw undefined.error
        case .list(let list): return try self.list(Self.slice(list.elements, start, stop, step ?? 1))
        case .tuple(let list): return try tuple(Self.slice(list.elements, start, stop, step ?? 1))
        case .string(let text), .markup(let text):
            try charge(bytes: text.utf8.count)
            let scalars = Self.slice(Array(text.unicodeScalars), start, stop, step ?? 1)
            var result = String.UnicodeScalarView()
            result.append(contentsOf: scalars)
            return try string(String(result))
        case .range: return try self.list(Self.slice(try elements(of: object), start, stop, step ?? 1))
        default:
            return .undefined(UndefinedValue("\(object.typeName) object has no element slice"))
        }
    }

    static func slice<Element>(_ elements: [Element], _ start: Int?, _ stop: Int?, _ step: Int) -> [Element] {
        let count = elements.count
        func clamp(_ index: Int, _ low: Int, _ high: Int) -> Int {
            min(max(index < 0 ? index + count : index, low), high)
        }
        var result: [Element] = []
        if step > 0 {
            var index = start.map { clamp($0, 0, count) } ?? 0
            let end = stop.map { clamp($0, 0, count) } ?? count
            while index < end {
                result.append(elements[index])
                if step > count { break }
                index += step
            }
        } else {
            var index = start.map { clamp($0, -1, count - 1) } ?? count - 1
            let end = stop.map { clamp($0, -1, count - 1) } ?? -1
            while index > end {
                result.append(elements[index])
                if step < -count { break }
                index += step
            }
        }
        return result
    }
}
