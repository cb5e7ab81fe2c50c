import Martlet
import MartletChat
import MartletJSON

/// One line of `martlet render` that holds a chat.
enum RenderLine {
    private static let known: Set<String> = [
        "template", "messages", "tools", "documents", "add_generation_prompt", "continue_final_message",
        "special_tokens", "now",
    ]

    /// The chat; members nobody knows become variables of the template.
    static func request(_ line: JSONObject) throws(CLIError) -> ChatRenderRequest {
        guard let messages = try array(line, "messages") else {
            throw CLIError("messages is missing; a line without chat holds \"variables\"")
        }
        var variables = JSONObject()
        for (key, value) in line where !known.contains(key) { variables[key] = value }
        return ChatRenderRequest(
            messages: messages, tools: try array(line, "tools"), documents: try array(line, "documents"),
            addGenerationPrompt: try bool(line, "add_generation_prompt"),
            continueFinalMessage: try continuation(line),
            specialTokens: try object(line, "special_tokens"), variables: variables, now: try now(line))
    }

    /// The field of the last message that stays open: `content` for true, or the one that is named.
    private static func continuation(_ line: JSONObject) throws(CLIError) -> String? {
        if let field = line["continue_final_message"]?.stringValue { return field }
        return try bool(line, "continue_final_message") ? "content" : nil
    }

    /// The variables of a line without chat, which win over its special tokens.
    static func variables(_ value: JSONValue, _ line: JSONObject) throws(CLIError) -> JSONObject {
        guard let given = value.objectValue else {
            throw CLIError("variables must be an object, not \(value.kindName)")
        }
        var variables = try object(line, "special_tokens")
        for (key, value) in given { variables[key] = value }
        return variables
    }

    /// The time that `strftime_now` tells: the member `now`, else the time it is.
    static func now(_ line: JSONObject) throws(CLIError) -> ChatTemplateClock {
        guard line["now"] != nil else { return .now() }
        let text = try line.requiredString("now")
        guard let clock = ChatTemplateClock(iso8601: text) else {
            throw CLIError("now: \(text) is no ISO 8601 time such as 2026-03-07T14:05:09")
        }
        return clock
    }

    private static func array(_ line: JSONObject, _ key: String) throws(CLIError) -> [JSONValue]? {
        guard let value = line[key], !value.isNull else { return nil }
        guard let array = value.arrayValue else { throw CLIError("\(key) must be an array, not \(value.kindName)") }
        return array
    }

    private static func object(_ line: JSONObject, _ key: String) throws(CLIError) -> JSONObject {
        guard let value = line[key], !value.isNull else { return JSONObject() }
        guard let object = value.objectValue else { throw CLIError("\(key) must be an object, not \(value.kindName)") }
        return object
    }

    private static func bool(_ line: JSONObject, _ key: String) throws(CLIError) -> Bool {
        guard let value = line[key], !value.isNull else { return false }
        guard let bool = value.boolValue else { throw CLIError("\(key) must be true or false, not \(value.kindName)") }
        return bool
    }
}

extension ChatTemplateClock {
    /// `2026-03-07`, `2026-03-07T14:05:09` or with a space, fraction or zone after it, which are left out.
    init?(iso8601 text: String) {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var time: [Int] = []
        if parts.count == 2 {
            for field in parts[1].prefix(while: { $0.isNumber || $0 == ":" }).split(separator: ":") {
                guard let number = Int(field), (0...59).contains(number) else { return nil }
                time.append(number)
            }
        }
        guard time.count <= 3, (time.first ?? 0) < 24 else { return nil }
        time += Array(repeating: 0, count: 3 - time.count)
        self.init(year: year, month: month, day: day, hour: time[0], minute: time[1], second: time[2])
    }
}
