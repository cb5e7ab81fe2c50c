/// Reads `[{"name": …, "parameters": {…}}, …]` as it comes: a call begins with its name, and its arguments follow.
///
/// What is not such an array is content.
struct RequiredCallScanner: ToolCallScanner {
    private enum State {
        case beforeArray, betweenCalls
        /// In a call, before a member's value; what has been read of the call.
        case members
        /// Within the parameters of a call whose name is known.
        case arguments
        /// Before the end of a call whose parameters are complete.
        case afterArguments
        case content
    }

    private var state = State.beforeArray
    /// The text of a call up to its arguments.
    private var call: [UInt8] = []
    private var boundary = JSONBoundary()

    mutating func append(_ text: [UInt8], to sink: inout OutputSink) {
        var rest = text[...]
        while let byte = rest.first {
            switch state {
            case .content:
                sink.content(rest)
                return
            case .beforeArray: enter(byte, UInt8(ascii: "["), .betweenCalls, &rest)
            case .afterArguments: enter(byte, UInt8(ascii: "}"), .betweenCalls, &rest)
            case .betweenCalls:
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
                    rest.removeFirst()
                } else {
                    enter(byte, UInt8(ascii: "{"), .members, &rest)
                }
            case .members: readMembers(&rest, &sink)
            case .arguments: readArguments(&rest, &sink)
            }
        }
    }

    mutating func finish(to sink: inout OutputSink) {
        if state == .members { sink.content(call[...]) }
    }

    private mutating func enter(_ byte: UInt8, _ expected: UInt8, _ next: State, _ rest: inout ArraySlice<UInt8>) {
        if byte == expected {
            rest.removeFirst()
            state = next
            call = [UInt8(ascii: "{")]
        } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
            rest.removeFirst()
        } else {
            state = .content
        }
    }

    /// Reads up to the value of `parameters`, which stands behind the name.
    private mutating func readMembers(_ rest: inout ArraySlice<UInt8>, _ sink: inout OutputSink) {
        while let byte = rest.popFirst() {
            call.append(byte)
            if byte == UInt8(ascii: ":"), let name = nameBeforeParameters() {
                sink.beginCall(name)
                boundary = JSONBoundary()
                state = .arguments
                return
            }
            if byte == UInt8(ascii: "}"), let found = JSONCalls(argumentKeys: ["parameters"]).call(call[...]) {
                for call in found { sink.call(call) }
                state = .betweenCalls
                return
            }
        }
    }

    /// The name, if `call` is a beginning with it and ends before the value of `parameters`.
    private func nameBeforeParameters() -> String? {
        guard case .object(let members)? = PythonJSON((call + Array("0}".utf8))[...]), members.last?.key == "parameters"
        else { return nil }
        return members.first { $0.key == "name" }?.value.stringValue
    }

    private mutating func readArguments(_ rest: inout ArraySlice<UInt8>, _ sink: inout OutputSink) {
        // White space before the value is not part of it.
        if boundary.isEmpty { rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) } }
        var index = rest.startIndex
        let result = boundary.read(rest, from: &index)
        sink.arguments(rest[..<index])
        rest = rest[index...]
        switch result {
        case .incomplete: break
        case .complete: state = .afterArguments
        case .invalid: state = .content
        }
    }
}
