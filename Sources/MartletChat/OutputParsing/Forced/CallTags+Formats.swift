import MartletJSON

extension CallTags {
    /// The tags of formats by their names; those that are not here are read, but cannot be held to.
    static let byFormat: [String: CallTags] = {
        let hermes = object(after: "<tool_call>\n", before: "\n</tool_call>", trigger: "<tool_call>", separator: "\n")
        let llama = object(arguments: "parameters", trigger: "{\"name\": ", separator: "; ")
        let lists = (list("<tool_calls>[", "]</tool_calls>"), list("<|tool_call|>[", "]"))
        let qwenCoder = tagged("qwen_xml", "<tool_call>\n<function=", ">\n", "\n</function>\n</tool_call>")
        return [
            "hermes": hermes, "qwen3_json": hermes, "ernie45": hermes, "granite4": hermes,
            "longcat": object(
                after: "<longcat_tool_call>\n", before: "\n</longcat_tool_call>", trigger: "<longcat_tool_call>",
                separator: "\n"),
            "llama3_json": llama, "llama4_json": llama,
            "granite": lists.1, "granite-20b-fc": object(after: "<function_call> ", trigger: "<function_call>"),
            "phi4_mini_json": list("functools[", "]"), "jamba": lists.0, "hunyuan_a13b": lists.0,
            "internlm": object(
                after: "<|action_start|><|plugin|>\n", arguments: "parameters", before: "<|action_end|>",
                trigger: "<|action_start|>"),
            "deepseek_v3": deepSeek { ("function<｜tool▁sep｜>\($0)\n```json\n", "\n```") },
            "deepseek_v31": deepSeek { ("\($0)<｜tool▁sep｜>", "") },
            "kimi_k2": kimi, "qwen3_coder": qwenCoder, "qwen3_xml": qwenCoder, "step3p5": qwenCoder, "mimo": qwenCoder,
            "seed_oss": tagged("qwen_xml", "<seed:tool_call>\n<function=", ">\n", "\n</function>\n</seed:tool_call>"),
            "minimax_m2": invoked(
                "minimax_xml", ("<minimax:tool_call>\n", "</minimax:tool_call>"), "<invoke name=\"", "</invoke>\n"),
            "deepseek_v32": dsml("function_calls"), "deepseek_v4": dsml("tool_calls"),
            "deepseek_v41": dsml("tool_calls"),
            "glm45": tagged("glm_xml", "<tool_call>", "\n", "</tool_call>", separator: "\n"),
            "glm47": tagged("glm_xml", "<tool_call>", "", "</tool_call>"),
        ]
    }()

    /// `{"name": …, "arguments": …}`, each with marks of its own.
    private static func object(
        after mark: String = "", arguments: String = "arguments", before end: String = "", trigger: String,
        separator: String = ""
    ) -> CallTags {
        CallTags(trigger: trigger, separator: separator) { name in
            ("\(mark){\"name\": \(json(name)), \"\(arguments)\": ", "}\(end)")
        }
    }

    /// A list of `{"name": …, "arguments": …}`.
    private static func list(_ begin: String, _ end: String) -> CallTags {
        var tags = object(trigger: begin, separator: ", ")
        tags.section = (begin, end)
        return tags
    }

    private static func deepSeek(_ call: @escaping @Sendable (String) -> (begin: String, end: String)) -> CallTags {
        let section = ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>")
        return CallTags(section: section, trigger: section.0) { name in
            let call = call(name)
            return ("<｜tool▁call▁begin｜>\(call.begin)", "\(call.end)<｜tool▁call▁end｜>")
        }
    }

    /// Calls have a number behind their name.
    private static let kimi: CallTags = {
        let section = ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>")
        let number: JSONValue = ["type": "regex", "pattern": "0|[1-9][0-9]?"]
        var tags = CallTags(section: section, trigger: section.0) { name in
            ("<|tool_call_begin|>functions.\(name):", "<|tool_call_end|>")
        }
        tags.beforeArguments = [number, ["type": "const_string", "value": "<|tool_call_argument_begin|>"]]
        return tags
    }()

    /// The name in a tag, arguments in tags of their own.
    private static func tagged(
        _ style: String, _ begin: String, _ afterName: String, _ end: String, separator: String = "\n"
    ) -> CallTags {
        CallTags(
            trigger: String(begin.prefix { $0 != "\n" }), separator: separator,
            frame: { ("\(begin)\($0)\(afterName)", end) }, style: style)
    }

    private static func invoked(
        _ style: String, _ section: (begin: String, end: String), _ begin: String, _ end: String
    ) -> CallTags {
        CallTags(
            section: section, trigger: String(section.begin.dropLast()), frame: { ("\(begin)\($0)\">\n", end) },
            style: style)
    }

    private static func dsml(_ section: String) -> CallTags {
        invoked(
            "deepseek_xml", ("<｜DSML｜\(section)>\n", "</｜DSML｜\(section)>"), "<｜DSML｜invoke name=\"",
            "</｜DSML｜invoke>\n")
    }

    /// A name as JSON.
    private static func json(_ name: String) -> String { JSONWriter.string(.string(name)) }
}
