/// The evaluated arguments of a call.
struct Arguments {
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []

    /// The arguments in the order of the parameters, none of which can be given by name.
    func bindPositional(_ callee: String, _ parameters: [String]) throws(ChatTemplateError) -> [Value?] {
        guard named.isEmpty else { throw ChatTemplateError(.type, "\(callee)() takes no keyword arguments") }
        return try bind(callee, parameters)
    }

    /// The arguments by the parameters' names; nil where one is not given.
    ///
    /// **Throws** where there are more arguments, unknown names, or a parameter given twice.
    func bind(_ callee: String, _ parameters: [String]) throws(ChatTemplateError) -> [Value?] {
        guard positional.count <= parameters.count else {
            throw ChatTemplateError(
                .type, "\(callee)() takes at most \(parameters.count) arguments, got \(positional.count)")
        }
        var bound: [Value?] = positional
        bound += [Value?](repeating: nil, count: parameters.count - positional.count)
        for (name, value) in named {
            guard let index = parameters.firstIndex(of: name) else {
                throw ChatTemplateError(.type, "\(callee)() got an unexpected keyword argument '\(name)'")
            }
            guard bound[index] == nil else {
                throw ChatTemplateError(.type, "\(callee)() got multiple values for argument '\(name)'")
            }
            bound[index] = value
        }
        return bound
    }
}

extension Optional where Wrapped == Value {
    /// The argument, or an error that names it.
    func required(_ callee: String, _ name: String) throws(ChatTemplateError) -> Value {
        guard let self else { throw ChatTemplateError(.type, "\(callee)() misses the argument '\(name)'") }
        return self
    }

    /// The argument as an integer, or `fallback` where it is not given.
    func integer(_ callee: String, or fallback: Int) throws(ChatTemplateError) -> Int {
        guard let self else { return fallback }
        guard let integer = self.clampedInteger else {
            throw ChatTemplateError(.type, "\(callee)() needs an integer, got \(self.typeName)")
        }
        return integer
    }

    /// The argument as a place in a sequence, or `fallback` where it is not given or none.
    func index(_ callee: String, or fallback: Int) throws(ChatTemplateError) -> Int {
        if case .some(.none) = self { return fallback }
        return try integer(callee, or: fallback)
    }

    /// The argument as a string, or `fallback` where it is not given.
    func text(_ callee: String, or fallback: String) throws(ChatTemplateError) -> String {
        guard let self else { return fallback }
        guard let text = self.text else {
            throw ChatTemplateError(.type, "\(callee)() needs a string, got \(self.typeName)")
        }
        return text
    }
}
