public import MartletJSON

extension ToolCallFormat {
    /// The structural tag of outputs with calls in this format; nil where the model is free, or the format has none.
    ///
    /// Where the model chooses, calls are held to it as soon as one tool is strict: strict ones to their schemas, others to
    /// any object. Calls that have to be made are always held to their schemas.
    public func structuralTag(_ choice: ToolChoice, tools: [JSONValue], allowsParallelCalls: Bool) -> JSONValue? {
        guard let tags = CallTags.byFormat[name] else { return nil }
        var callable = tools
        if case .named(let name) = choice { callable = tools.filter { $0.functionName == name } }
        if choice == .none || callable.isEmpty { return nil }
        if choice == .auto, !callable.contains(where: \.isStrictFunction) { return nil }
        let calls = callable.compactMap { tool in
            tool.functionName.map { name in
                let isHeld = choice != .auto || tool.isStrictFunction
                return tags.call(name, isHeld ? tool.functionParameters : ["type": "object"])
            }
        }
        var stopsAfterFirst = !allowsParallelCalls
        if case .named = choice { stopsAfterFirst = true }
        return tags.tag(calls, isForced: choice != .auto, stopsAfterFirst: stopsAfterFirst)
    }
}
