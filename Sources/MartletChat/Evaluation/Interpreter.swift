/// Runs one template once.
final class Interpreter {
    /// How a block ended.
    enum Flow {
        case normal, breakLoop, continueLoop
    }

    let names: [String]
    let limits: ChatTemplateLimits
    let clock: ChatTemplateClock
    /// The numbers of `loop` and `caller`, where the template mentions them.
    let loopID: NameID?
    let callerID: NameID?
    let varargsID: NameID?
    let kwargsID: NameID?

    var output: [UInt8] = []
    private var steps: Int
    private var callDepth = 0
    private var nesting = 0
    /// What may be part of a reference cycle; emptied at the end.
    private var scopes: [Scope] = []
    private var namespaces: [NamespaceValue] = []

    init(names: [String], limits: ChatTemplateLimits, clock: ChatTemplateClock) {
        self.names = names
        self.limits = limits
        self.clock = clock
        steps = limits.maxSteps
        loopID = names.firstIndex(of: "loop")
        callerID = names.firstIndex(of: "caller")
        varargsID = names.firstIndex(of: "varargs")
        kwargsID = names.firstIndex(of: "kwargs")
    }

    /// The text of the template with `variables`.
    func render(_ body: [Statement], variables: [String: Value]) throws(ChatTemplateError) -> String {
        let root = Scope(parent: nil)
        for (id, name) in names.enumerated() {
            if let value = variables[name] {
                root.set(id, value)
            } else if let function = BuiltinFunction(rawValue: name) {
                root.set(id, .function(function))
            }
        }
        defer { breakCycles() }
        _ = try execute(body, Scope(parent: root))
        return String(decoding: output, as: UTF8.self)
    }

    private func breakCycles() {
        for scope in scopes { scope.removeAll() }
        for namespace in namespaces { namespace.attributes = [] }
    }

    /// Notes a scope that a macro keeps.
    func keep(_ scope: Scope) { scopes.append(scope) }

    func makeNamespace() -> NamespaceValue {
        let namespace = NamespaceValue()
        namespaces.append(namespace)
        return namespace
    }

    // MARK: Limits

    /// Counts steps, and bytes in sixteens.
    func charge(_ count: Int = 1, bytes: Int = 0) throws(ChatTemplateError) {
        steps -= count + bytes >> 4
        guard steps >= 0 else { throw ChatTemplateError(.limit, "needs more than \(limits.maxSteps) steps") }
        guard bytes <= limits.maxBytes else { throw tooLong }
    }

    private var tooLong: ChatTemplateError {
        ChatTemplateError(.limit, "makes a text of more than \(limits.maxBytes) bytes")
    }

    /// A string result, counted.
    func string(_ text: String) throws(ChatTemplateError) -> Value {
        try charge(bytes: text.utf8.count)
        return .string(text)
    }

    /// A list result, counted.
    func list(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        try checked(.list(ListValue(elements)), count: elements.count)
    }

    /// A tuple result, counted.
    func tuple(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        try checked(.tuple(ListValue(elements)), count: elements.count)
    }

    /// The result of a lazy filter, counted.
    func iterator(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        try checked(.iterator(IteratorValue(elements)), count: elements.count)
    }

    /// A dict result, counted.
    func dict(_ entries: [(key: Value, value: Value)]) throws(ChatTemplateError) -> Value {
        try checked(.dict(DictValue(entries)), count: entries.count)
    }

    private func checked(_ value: Value, count: Int) throws(ChatTemplateError) -> Value {
        try charge(count)
        let extent = value.extent
        guard extent.depth <= Self.maxValueDepth, extent.weight <= limits.maxBytes >> 4 else {
            throw ChatTemplateError(.limit, "makes a list or dict that is too large or nests too deep")
        }
        return value
    }

    /// JSON input may nest 512 deep; templates may wrap it further.
    private static let maxValueDepth = 700

    /// Python's `str` of a value, counted.
    func text(of value: Value) throws(ChatTemplateError) -> String {
        if let text = value.text { return text }
        try charge(value.extent.weight)
        return value.pythonText
    }

    /// Runs a macro, a block or a recursive loop one call deeper.
    func call<R>(_ body: () throws(ChatTemplateError) -> R) throws(ChatTemplateError) -> R {
        callDepth += 1
        defer { callDepth -= 1 }
        guard callDepth <= limits.maxCallDepth else {
            throw ChatTemplateError(.limit, "calls macros deeper than \(limits.maxCallDepth) levels")
        }
        return try body()
    }

    /// Runs a statement or expression one level deeper; bounds the stack, which takes about a kilobyte a level.
    @inline(__always)
    func nested<R>(_ body: () throws(ChatTemplateError) -> R) throws(ChatTemplateError) -> R {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.maxNesting else {
            throw ChatTemplateError(.limit, "nests statements and expressions deeper than \(Self.maxNesting) levels")
        }
        return try body()
    }

    /// Python stops at 1000 frames, of which a macro call takes several.
    private static let maxNesting = 1500

    // MARK: Output

    func write(_ text: String) throws(ChatTemplateError) {
        try charge(bytes: text.utf8.count)
        guard output.count + text.utf8.count <= limits.maxBytes else { throw tooLong }
        output.append(contentsOf: text.utf8)
    }

    /// What `body` writes, instead of adding it to the output.
    func capture(_ body: () throws(ChatTemplateError) -> Void) throws(ChatTemplateError) -> String {
        let outer = output
        output = []
        defer { output = outer }
        try body()
        return String(decoding: output, as: UTF8.self)
    }
}
