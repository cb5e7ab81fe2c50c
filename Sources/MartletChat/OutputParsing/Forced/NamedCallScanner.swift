/// Takes all of the text for the arguments of one call.
struct NamedCallScanner: ToolCallScanner {
    let name: String
    private var hasStarted = false

    init(name: String) { self.name = name }

    mutating func append(_ text: [UInt8], to sink: inout OutputSink) {
        guard !text.isEmpty else { return }
        if !hasStarted { sink.beginCall(name) }
        hasStarted = true
        sink.arguments(text[...])
    }

    mutating func finish(to sink: inout OutputSink) {}
}
