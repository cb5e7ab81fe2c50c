import MartletJSON

/// How a format's calls are written in the language of structural tags.
///
/// **Source** xgrammar `builtin_structural_tag.py` and vLLM `tool_parsers/structural_tag_registry.py`.
struct CallTags: Sendable {
    /// What the first of several calls comes after, and what comes after the last; empty where calls stand alone.
    var section: (begin: String, end: String) = ("", "")
    /// What tells a call, or a section, from text.
    var trigger: String
    /// What stands between two calls.
    var separator = ""
    /// What stands around the arguments of a call of a function.
    var frame: @Sendable (_ name: String) -> (begin: String, end: String)
    /// How arguments are written that satisfy a schema.
    var style = "json"
    /// What stands between the beginning of a call and its arguments, as formats of structural tags.
    var beforeArguments: [JSONValue] = []

    /// The tag of one function's calls.
    func call(_ name: String, _ schema: JSONValue) -> JSONValue {
        let frame = frame(name)
        var content = JSONObject()
        content["type"] = "json_schema"
        content["json_schema"] = schema
        if style != "json" { content["style"] = .string(style) }
        let whole: JSONValue =
            beforeArguments.isEmpty
            ? .object(content) : ["type": "sequence", "elements": .array(beforeArguments + [.object(content)])]
        return ["type": "tag", "begin": .string(frame.begin), "content": whole, "end": .string(frame.end)]
    }

    /// The structural tag of outputs with these calls: text may stand around them unless they are forced.
    func tag(_ calls: [JSONValue], isForced: Bool, stopsAfterFirst: Bool) -> JSONValue {
        let list: JSONValue = [
            "type": "tags_with_separator", "tags": .array(calls), "separator": .string(separator),
            "at_least_one": true, "stop_after_first": .bool(stopsAfterFirst),
        ]
        let hasSection = !section.begin.isEmpty
        let block: JSONValue = [
            "type": "tag", "begin": .string(section.begin), "content": list, "end": .string(section.end),
        ]
        if isForced { return ["type": "structural_tag", "format": hasSection ? block : list] }
        return [
            "type": "structural_tag",
            "format": [
                "type": "triggered_tags", "triggers": [.string(trigger)],
                "tags": hasSection ? [block] : .array(calls), "at_least_one": false,
                "stop_after_first": .bool(stopsAfterFirst || hasSection),
            ],
        ]
    }
}
