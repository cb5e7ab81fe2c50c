import MartletJSON

/// What every chunk of an answer repeats.
struct AnswerIdentity: Sendable {
    let id: String
    /// The kind of answer, for instance `chat.completion`.
    let object: String
    /// Seconds since 1970.
    let created: Int
    let model: String
    /// Keywords of the schema that were ignored, `[{"pointer", "keyword"}]`; nil: none were.
    var ignoredKeywords: JSONValue?

    /// The members in OpenAI's order.
    var members: JSONObject {
        var object = JSONObject()
        object["id"] = .string(id)
        object["object"] = .string(self.object)
        object["created"] = .integer(Int64(created))
        object["model"] = .string(model)
        if let ignoredKeywords { object["ignored_keywords"] = ignoredKeywords }
        return object
    }

    /// `data: {"id":...,"choices":[`, to which a chunk appends its choices.
    var eventPrefix: [UInt8] {
        var writer = JSONWriter()
        writer.write(.object(members))
        return Array("data: ".utf8) + writer.bytes.dropLast() + Array(",\"choices\":[".utf8)
    }
}
