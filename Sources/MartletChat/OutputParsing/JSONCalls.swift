/// What the members of a call written as a JSON object are named, and what may be missing.
struct JSONCalls: Sendable {
    /// The names the arguments may go by, the first present one counting.
    var argumentKeys = ["arguments"]
    /// Whether a call without any of them is one with no arguments, else none at all.
    var argumentsMayBeMissing = false
    /// The calls' `FoundCall.trimming`.
    var trimming: OutputSink.Trimming?

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
        guard let text = Self.arguments(arguments) else { return nil }
        return FoundCall(name: name, arguments: text, trimming: trimming)
    }

    /// The text of an object; models also write it as a string, and null for none.
    private static func arguments(_ value: PythonJSON) -> String? {
        switch value {
        case .object: return value.text
        case .scalar("null"): return "{}"
        case .string(let text):
            guard case .object(let members)? = PythonJSON(Array(text.utf8)[...]) else { return nil }
            return PythonJSON.object(members).text
        default: return nil
        }
    }

    /// A call whose arguments stand alone, spelled as the model wrote them; nil if they are no object.
    static func verbatim(name: String, arguments: ArraySlice<UInt8>?, id: String? = nil) -> [FoundCall]? {
        guard !name.isEmpty else { return nil }
        guard let arguments else { return [FoundCall(name: name, arguments: "{}", id: id)] }
        guard case .object? = PythonJSON(arguments) else { return nil }
        return [FoundCall(name: name, arguments: String(decoding: arguments, as: UTF8.self), id: id)]
    }
}
