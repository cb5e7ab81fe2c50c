public import MartletJSON

extension ToolCallFormat {
    /// The structural tag of outputs with calls in this format; nil where the model is free, or the format has none.
    ///
    /// Where the model chooses, calls are held to it as soon as one tool is strict: strict ones to their schemas, others to
    /// any object. Calls that have to be made are always held to their schemas.
    public func structuralTag(_ choice: ToolChoice, tools: [JSONValue], allowsParallelCalls: Bool) -> JSONValue? {
        guard let callTags else { return nil }
        switch choice {
        case .none: return nil
        case .auto:
            guard tools.contains(where: \.isStrictFunction) else { return nil }
            let tags = tools.compactMap { tool in
                tool.functionName.map { name in
                    callTags.call(name, tool.isStrictFunction ? tool.functionParameters : ["type": "object"])
                }
            }
            return callTags.tag(tags, isForced: false, stopsAfterFirst: !allowsParallelCalls)
        case .required:
            let tags = tools.compactMap { tool in
                tool.functionName.map { callTags.call($0, tool.functionParameters) }
            }
            return callTags.tag(tags, isForced: true, stopsAfterFirst: !allowsParallelCalls)
        case .named(let name):
            guard let tool = tools.first(where: { $0.functionName == name }) else { return nil }
            return callTags.tag(
                [callTags.call(name, tool.functionParameters)], isForced: true, stopsAfterFirst: true)
        }
    }
}

/// How a format's calls are written in the language of structural tags.
///
/// **Source** xgrammar `builtin_structural_tag.py` and vLLM `tool_parsers/structural_tag_registry.py`.
struct CallTags: Sendable {
    /// What the first of several calls begins with, and the end of the last; empty where calls stand alone.
    var section: (begin: String, end: String) = ("", "")
    /// What every call begins with, up to what tells it from text.
    var trigger: String
    /// What stands between two calls.
    var separator = ""
    /// What stands around the arguments of a call of a function.
    var frame: @Sendable (_ name: String) -> (begin: String, end: String)
    /// What arguments that satisfy a schema are, as a format of structural tags.
    var arguments: @Sendable (_ schema: JSONValue) -> JSONValue = { ["type": "json_schema", "json_schema": $0] }

    /// A name as JSON.
    static func json(_ name: String) -> String { JSONWriter.string(.string(name)) }

    /// The tag of one function's calls.
    func call(_ name: String, _ schema: JSONValue) -> JSONValue {
        let frame = frame(name)
        return [
            "type": "tag", "begin": .string(frame.begin), "content": arguments(schema), "end": .string(frame.end),
        ]
    }

    /// The structural tag of outputs with these calls: text may stand around them unless they are forced.
    func tag(_ calls: [JSONValue], isForced: Bool, stopsAfterFirst: Bool) -> JSONValue {
        let hasSection = !section.begin.isEmpty
        let list: JSONValue = [
            "type": "tags_with_separator", "tags": .array(calls), "separator": .string(separator),
            "at_least_one": true, "stop_after_first": .bool(stopsAfterFirst),
        ]
        let block: JSONValue = [
            "type": "tag", "begin": .string(section.begin), "content": list, "end": .string(section.end),
        ]
        let format: JSONValue =
            if isForced {
                hasSection ? block : list
            } else {
                [
                    "type": "triggered_tags", "triggers": [.string(hasSection ? section.begin : trigger)],
                    "tags": hasSection ? [block] : .array(calls), "at_least_one": false,
                    "stop_after_first": .bool(stopsAfterFirst || hasSection),
                ]
            }
        return ["type": "structural_tag", "format": format]
    }
}
