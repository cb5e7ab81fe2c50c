/// Runs one template once.
final class Interpreter {
    /// How a block ended.
    enum Flow {
        case normal, breakLoop, continueLoop
    }

    let names: [String]
    let resolution: Resolution
    let clock: ChatTemplateClock
    // Each access is over before the next begins; checking that at run time takes a quarter of a rendering.
    @exclusivity(unchecked) var budget: Budget
    /// Whether what is written is escaped now, as the `autoescape` block that is running says.
    @exclusivity(unchecked) var escapes = false
    @exclusivity(unchecked) private var output: [UInt8] = []
    /// What may be part of a reference cycle; emptied at the end.
    private var activations: [Activation] = []
    private var contexts: [BlockContext] = []
    private var namespaces: [NamespaceValue] = []

    init(names: [String], resolution: Resolution, limits: ChatTemplateLimits, clock: ChatTemplateClock) {
        self.names = names
        self.resolution = resolution
        self.clock = clock
        budget = Budget(limits)
    }

    var limits: ChatTemplateLimits { budget.limits }

    /// The text of the template with `variables`.
    func render(_ body: [Statement], variables: [String: Value]) throws(ChatTemplateError) -> String {
        defer { breakCycles() }
        let given = names.map { name in variables[name] ?? BuiltinFunction.named[name].map { .function($0) } }
        try run(body, 0, BlockContext(given))
        return String(decoding: output, as: UTF8.self)
    }

    /// Runs the template or a block, whose variables are its own.
    func run(_ body: [Statement], _ frame: FrameID, _ context: BlockContext) throws(ChatTemplateError) {
        let layout = resolution.functions[frame] ?? FunctionLayout()
        let activation = activation(layout, context: context, parent: nil)
        contexts.append(context)
        if let index = layout.selfReference { activation[index] = .blocks(context) }
        if let index = layout.superBlock {
            activation[index] = .undefined(UndefinedValue("there is no parent block: a template is all there is"))
        }
        enter(frame, activation)
        _ = try execute(body, activation)
    }

    private func breakCycles() {
        for activation in activations { activation.removeAll() }
        for context in contexts { context.removeAll() }
        for namespace in namespaces { namespace.attributes = [] }
    }

    /// The variables of a call that begins.
    func activation(_ layout: FunctionLayout, context: BlockContext, parent: Activation?) -> Activation {
        Activation(layout.count, context: context, parent: parent)
    }

    /// Notes variables that a macro keeps.
    func keep(_ activation: Activation) {
        if activations.last !== activation { activations.append(activation) }
    }

    func makeNamespace() throws(ChatTemplateError) -> NamespaceValue {
        try charge(16)
        let namespace = NamespaceValue()
        namespaces.append(namespace)
        return namespace
    }

    /// Sets the variables of a part of the template to what they begin with.
    func enter(_ frame: FrameID, _ activation: Activation) {
        guard !resolution.frames[frame].isEmpty else { return }
        let frame = resolution.frames[frame]
        for variable in frame.given { activation[variable.index] = activation.context[variable.name] }
        for variable in frame.aliases { activation[variable.index] = activation[variable.outer] }
        for index in frame.undefined { activation[index] = nil }
    }

    // MARK: Output

    func write(_ text: String) throws(ChatTemplateError) {
        try charge(bytes: text.utf8.count)
        guard output.count + text.utf8.count <= limits.maxBytes else { throw budget.tooLong }
        output.append(contentsOf: text.utf8)
    }

    /// What `body` writes, instead of adding it to the output.
    func capture<R>(
        _ body: () throws(ChatTemplateError) -> R
    ) throws(ChatTemplateError) -> (text: String, result: R) {
        let outer = output
        output = []
        defer { output = outer }
        let result = try body()
        return (String(decoding: output, as: UTF8.self), result)
    }
}
