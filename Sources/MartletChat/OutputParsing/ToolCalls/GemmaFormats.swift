extension ToolCallFormat {
    /// Gemma 4.
    static let gemma4 = ToolCallFormat(
        "gemma4", markers: ["<|tool_call>", "<tool_call|>", "<|\"|>"], contentTrimming: .whitespace
    ) { definitions in
        FramedCallSyntax(opener: "<|tool_call>", closer: "<tool_call|>", delimiter: "<|\"|>") { body in
            guard let call = GemmaArguments.call(body, delimiter: "<|\"|>") else { return nil }
            let schemas = ParameterSchemas(definitions.parameters(of: call.name))
            return [FoundCall(name: call.name, arguments: schemas.coerce(call.arguments).text)]
        }
    }

    /// FunctionGemma. Without a schema a value is what it is as JSON.
    ///
    /// **Source** vLLM `tool_parsers/functiongemma_tool_parser.py`.
    static let functionGemma = ToolCallFormat(
        "functiongemma", markers: ["<start_function_call>", "<end_function_call>", "<escape>"],
        contentTrimming: .whitespace
    ) { definitions in
        FramedCallSyntax(
            opener: "<start_function_call>", closer: "<end_function_call>", delimiter: "<escape>"
        ) { body in
            guard let call = GemmaArguments.call(body, delimiter: "<escape>") else { return nil }
            let schemas = ParameterSchemas(definitions.parameters(of: call.name))
            let arguments = schemas.coerce(call.arguments, untyped: { PythonJSON.orString($0) })
            return [FoundCall(name: call.name, arguments: arguments.text)]
        }
    }
}
