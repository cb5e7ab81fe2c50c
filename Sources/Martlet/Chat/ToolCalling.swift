import MartletChat
import MartletGrammar
import MartletJSON

/// How the answer to a chat calls tools: what reads the calls, and what the output is held to.
struct ToolCalling {
    /// nil: there are none, or they stay in the content.
    private(set) var format: ToolCallFormat?
    /// The calls are written as the model was taught.
    private(set) var usesModelFormat = false
    private(set) var output: StructuredOutput?

    private static let param = "tools"

    /// **Throws** `invalidRequest` where the model is to choose and its format is not known, or where the tools cannot
    /// be forced.
    init(
        _ choice: ToolChoice, tools: [JSONValue], allowsParallelCalls: Bool, modelFormat: ToolCallFormat?
    ) throws(LLMError) {
        guard choice != .none, !tools.isEmpty else { return }
        if let tag = modelFormat?.structuralTag(choice, tools: tools, allowsParallelCalls: allowsParallelCalls) {
            format = modelFormat
            usesModelFormat = true
            output = StructuredOutput(.structuralTag(tag), param: Self.param)
            return
        }
        if let forced = ToolCallFormat.forced(choice) {
            format = forced
            output = try Self.forced(choice, tools, allowsParallelCalls)
            return
        }
        guard let modelFormat else {
            throw .invalidRequest(
                param: Self.param,
                message: "how this model writes tool calls is not known; name its format with --tool-call-parser, or "
                    + "send tool_choice \"none\" or \"required\"")
        }
        if let index = tools.firstIndex(where: \.isStrictFunction) {
            throw .invalidRequest(
                param: "tools[\(index)].function.strict",
                message:
                    "calls in this model's format, \(modelFormat.name), cannot be held to a schema unless they have "
                    + "to be made; send tool_choice \"required\", name the function, or leave strict out")
        }
        format = modelFormat
        usesModelFormat = true
    }

    private static func forced(
        _ choice: ToolChoice, _ tools: [JSONValue], _ allowsParallelCalls: Bool
    ) throws(LLMError) -> StructuredOutput? {
        do throws(ForcedCallsError) {
            return try ForcedCalls.schema(choice, tools: tools, allowsParallelCalls: allowsParallelCalls).map {
                var output = StructuredOutput(.jsonSchema($0), param: param)
                // Nobody reads the white space of calls, and small models lose themselves in it.
                output.whitespace = .pattern(" ?")
                return output
            }
        } catch {
            throw .invalidRequest(param: param, message: error.message)
        }
    }
}
