import MartletChat
import MartletJSON

/// How `martlet parse` reads outputs.
struct ParseJob {
    var toolCalls: ToolCallFormat?
    var reasoning: ReasoningFormat?
    var tools: [JSONValue] = []
    var chatTemplateKwargs = JSONObject()

    /// One job for every line of `input` that is not blank.
    ///
    /// **Throws** where a line is no object with a string `text`, or its `tools` or `chat_template_kwargs` are of the
    /// wrong kind.
    func jobs(_ input: String) throws(CLIError) -> [(job: ParseJob, text: String)] {
        var jobs: [(job: ParseJob, text: String)] = []
        let lines = input.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard line.contains(where: { !" \t\r".utf8.contains($0) }) else { continue }
            jobs.append(try job(String(decoding: line, as: UTF8.self), number: index + 1))
        }
        return jobs
    }

    private func job(_ line: String, number: Int) throws(CLIError) -> (job: ParseJob, text: String) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.parse(line)
        } catch {
            throw CLIError("line \(number): \(error)")
        }
        guard let text = value["text"]?.stringValue else {
            throw CLIError("line \(number): expected an object with a string \"text\"")
        }
        var job = self
        if let tools = value["tools"], !tools.isNull {
            guard let tools = tools.arrayValue else { throw CLIError("line \(number): \"tools\" must be an array") }
            job.tools = tools
        }
        if let kwargs = value["chat_template_kwargs"], !kwargs.isNull {
            guard let kwargs = kwargs.objectValue else {
                throw CLIError("line \(number): \"chat_template_kwargs\" must be an object")
            }
            job.chatTemplateKwargs = kwargs
        }
        return (job, text)
    }

    /// The message of an output as a line of JSON: null content where there are only calls, other members where they
    /// are not empty.
    func line(for text: String) -> String {
        var parser = OutputParser(
            toolCalls: toolCalls, reasoning: reasoning?.isEnabled(by: chatTemplateKwargs) == true ? reasoning : nil,
            tools: tools)
        let message = parser.message(of: text)
        var object = JSONObject()
        object["role"] = "assistant"
        object["content"] = message.content.map { .string($0) } ?? .null
        if let reasoning = message.reasoning {
            object["reasoning"] = .string(reasoning)
            object["reasoning_content"] = .string(reasoning)
        }
        if !message.toolCalls.isEmpty {
            object["tool_calls"] = .array(message.toolCalls.map(Self.json))
        }
        return JSONWriter.string(.object(object)) + "\n"
    }

    private static func json(_ call: ToolCall) -> JSONValue {
        [
            "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
        ]
    }
}
