import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /classify`: the probabilities of a model's labels.
struct ClassifyEndpoint: Endpoint {
    let path = "/classify"
    let method = HTTPRequest.Method.post
    let slot: EngineSlot

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.poolers(for: "Classification", task: .classify)
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        var fields = try PoolingFields(&reader)
        let model = try models.resolve(fields.model)
        let engine = model.engine
        fields.options.addSpecialTokens = try reader.bool("add_special_tokens") ?? true
        try reader.refuse("messages", accepted: "null; send texts in `input`")
        let inputs = try reader.poolingInputs("input")
        let options = fields.options
        let result = try await call.pool(on: model.ready) { () async throws(LLMError) in
            try await engine.classify(inputs, options: options)
        }
        let data = result.vectors.enumerated().map { index, scores -> JSONValue in
            let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
            return [
                "index": .integer(Int64(index)),
                "label": engine.labels.indices.contains(best) ? .string(engine.labels[best]) : .null,
                "probs": .array(scores.map { .double(Double($0)) }), "num_classes": .integer(Int64(scores.count)),
            ]
        }
        var response = Response.json([
            "id": .string("classify-\(fields.requestID ?? call.requestID)"), "object": "list",
            "created": .integer(Int64(HTTPDate.unixNow())), "model": .string(model.name), "data": .array(data),
            "usage": result.usage,
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }
}
