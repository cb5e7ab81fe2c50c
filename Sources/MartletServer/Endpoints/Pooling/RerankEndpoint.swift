import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /rerank`, `/v1/rerank`, `/v2/rerank`: documents by how well they answer a query, as Jina and Cohere have it.
struct RerankEndpoint: Endpoint {
    let path: String
    let slot: EngineSlot

    var method: HTTPRequest.Method { .post }

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.poolers(for: "Rerank (Score)")
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        let fields = try PoolingFields(&reader)
        let model = try models.resolve(fields.model)
        let engine = model.engine
        let instruction = try reader.scoreInstruction()
        guard let query = try reader.string("query") else {
            throw .badRequest("`query` is required", param: "query", code: "missing_required_parameter")
        }
        let documents = try documents(&reader)
        let topN = try reader.integer("top_n", in: 0 ... .max) ?? 0
        let returnsDocuments = try reader.bool("return_documents") ?? true
        let options = fields.options
        let result = try await call.pool(on: model.ready, promptParam: "documents") { () async throws(LLMError) in
            try await engine.score([query], documents, instruction: instruction, options: options)
        }
        let scores = result.vectors.map { $0[0] }
        // Equal scores keep the order of the request.
        let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
        let results = order.prefix(topN == 0 ? order.count : topN).map { index -> JSONValue in
            var entry = JSONObject()
            entry["index"] = .integer(Int64(index))
            if returnsDocuments { entry["document"] = ["text": .string(documents[index]), "multi_modal": .null] }
            entry["relevance_score"] = .double(Double(scores[index]))
            return .object(entry)
        }
        let tokens = JSONValue.integer(Int64(result.numPromptTokens))
        var response = Response.json([
            "id": .string("score-\(fields.requestID ?? call.requestID)"), "model": .string(model.name),
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens], "results": .array(results),
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }

    /// Texts, or objects with a `text` as Cohere's older clients send them.
    private func documents(_ reader: inout FieldReader) throws(APIError) -> [String] {
        guard let value = reader.value("documents"), case .array(let elements) = value,
            elements.contains(where: { $0.objectValue != nil })
        else { return try reader.scoreTexts("documents") }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue ?? element["text"]?.stringValue else {
                throw .badRequest(
                    "`documents.\(index)` must be a string or an object with `text`", param: "documents",
                    code: "invalid_type")
            }
            texts.append(text)
        }
        guard texts.count <= FieldReader.maxInputs else {
            throw .badRequest(
                "`documents` must hold 1 to \(FieldReader.maxInputs) texts", param: "documents", code: "invalid_value")
        }
        return texts
    }
}
