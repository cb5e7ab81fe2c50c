/// Makes calls of JSON: what their members are named, what may be missing and whether values are converted.
struct JSONCalls: Sendable {
    /// The names the arguments may go by, the first present one counting.
    var argumentKeys = ["arguments"]
    /// Whether a call without any of them is one with no arguments, else none at all.
    var argumentsMayBeMissing = false
    /// The calls' `FoundCall.trimming`.
    var trimming: OutputSink.Trimming?
    /// The tools to whose schemas values are converted (`"3"` to `3`), in the formats in which vLLM does so.
    var tools: ToolDefinitions?

    /// The calls of one object; nil if it is none.
    func call(_ json: ArraySlice<UInt8>?) -> [FoundCall]? {
        guard let json, let value = PythonJSON(json), let call = call(value) else { return nil }
        return [call]
    }

    /// The calls of an array of objects; nil if it is empty or any is no call.
    func list(_ json: ArraySlice<UInt8>?) -> [FoundCall]? {
        guard let json, case .array(let elements)? = PythonJSON(json), !elements.isEmpty else { return nil }
        let calls = elements.compactMap(call)
        return calls.count == elements.count ? calls : nil
    }

    /// The call that `value` is; nil without a name or with arguments that are no object.
    func call(_ value: PythonJSON) -> FoundCall? {
        guard let name = value["name"]?.stringValue, !name.isEmpty else { return nil }
        let written = argumentKeys.lazy.compactMap { value[$0] }.first
        guard let arguments = written ?? (argumentsMayBeMissing ? .object([]) : nil) else { return nil }
        guard let members = Self.members(arguments) else { return nil }
        return FoundCall(name: name, arguments: typed(name, members).text, trimming: trimming)
    }

    /// The members of an object; models also write it as a string, and null for none.
    private static func members(_ value: PythonJSON) -> [(key: String, value: PythonJSON)]? {
        switch value {
        case .object(let members): return members
        case .scalar("null"): return []
        case .string(let text):
            guard case .object(let members)? = PythonJSON(Array(text.utf8)[...]) else { return nil }
            return members
        default: return nil
        }
    }

    private func typed(_ name: String, _ members: [(key: String, value: PythonJSON)]) -> PythonJSON {
        guard let schema = tools?.parameters(of: name) else { return .object(members) }
        return .object(ParameterSchemas(schema).coerce(ArgumentMembers(members)).members)
    }

    /// A call whose arguments stand alone, spelled as the model wrote them unless values are converted; nil if they are
    /// no object.
    func verbatim(name: String, arguments: ArraySlice<UInt8>?, id: String? = nil) -> [FoundCall]? {
        guard !name.isEmpty else { return nil }
        guard let arguments else { return [FoundCall(name: name, arguments: "{}", id: id)] }
        guard case .object(let members)? = PythonJSON(arguments) else { return nil }
        let (written, typed) = (PythonJSON.object(members).text, typed(name, members).text)
        let text = typed == written ? String(decoding: arguments, as: UTF8.self) : typed
        return [FoundCall(name: name, arguments: text, id: id)]
    }
}
