import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /score`, `/v1/score`: how well texts go together, pair by pair.
struct ScoreEndpoint: Endpoint {
    let path: String
    let slot: EngineSlot

    var method: HTTPRequest.Method { .post }

    /// The two fields of a request in the spellings vLLM takes.
    private static let spellings = [
        ("text_1", "text_2"), ("queries", "documents"), ("queries", "items"), ("data_1", "data_2"),
    ]

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.poolers(for: "Score")
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        let fields = try PoolingFields(&reader)
        let model = try models.resolve(fields.model)
        let engine = model.engine
        let instruction = try reader.scoreInstruction()
        let (first, second) = try texts(&reader)
        let options = fields.options
        let result = try await call.pool(on: model.ready, promptParam: "text_2") { () async throws(LLMError) in
            try await engine.score(first, second, instruction: instruction, options: options)
        }
        let data = result.vectors.enumerated().map { index, score -> JSONValue in
            ["index": .integer(Int64(index)), "object": "score", "score": .double(Double(score[0]))]
        }
        var response = Response.json([
            "id": .string("score-\(fields.requestID ?? call.requestID)"), "object": "list",
            "created": .integer(Int64(HTTPDate.unixNow())), "model": .string(model.name), "data": .array(data),
            "usage": result.usage,
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }

    private func texts(_ reader: inout FieldReader) throws(APIError) -> ([String], [String]) {
        for (first, second) in Self.spellings where reader.value(first) != nil && reader.value(second) != nil {
            let texts = (try reader.scoreTexts(first), try reader.scoreTexts(second))
            guard texts.0.count == 1 || texts.0.count == texts.1.count else {
                throw .badRequest(
                    "`\(first)` must hold one text, or as many as `\(second)`, which has \(texts.1.count); found "
                        + "\(texts.0.count)", param: first, code: "invalid_value")
            }
            return texts
        }
        throw .badRequest(
            "`text_1` and `text_2` are required (or `queries` and `documents`)", param: "text_1",
            code: "missing_required_parameter")
    }
}

extension FieldReader {
    /// One text or several, at least one.
    mutating func scoreTexts(_ key: String) throws(APIError) -> [String] {
        guard let texts = try strings(key) else {
            throw .badRequest("`\(key)` is required", param: key, code: "missing_required_parameter")
        }
        guard !texts.isEmpty, texts.count <= Self.maxInputs else {
            throw .badRequest(
                "`\(key)` must hold 1 to \(Self.maxInputs) texts, not \(texts.count)", param: key,
                code: "invalid_value")
        }
        return texts
    }

    /// The instruction of rerankers that take one; limits of single texts are not supported.
    mutating func scoreInstruction() throws(APIError) -> String? {
        for key in ["max_tokens_per_query", "max_tokens_per_doc"] { try refuse(key, accepted: "0") { $0 == 0 } }
        let instruction = try string("instruction")
        guard let variables = try object("chat_template_kwargs") else { return instruction }
        var reader = FieldReader(variables, path: "chat_template_kwargs")
        let named = try reader.string("instruction")
        if let other = reader.unread.first { throw .notSupported(other, accepted: "instruction only") }
        return named ?? instruction
    }
}
