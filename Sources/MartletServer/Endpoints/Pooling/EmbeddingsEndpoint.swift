import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /v1/embeddings`, and `POST /pooling`, which gives what the model has in another wrapping.
struct EmbeddingsEndpoint: Endpoint {
    /// What the answer looks like.
    enum Form: Sendable {
        case embeddings
        case pooling
    }

    let path: String
    let form: Form
    let slot: EngineSlot

    var method: HTTPRequest.Method { .post }

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let isPooling = form == .pooling
        let models = try slot.poolers(for: isPooling ? "Pooling" : "Embeddings", task: isPooling ? nil : .embed)
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        var fields = try PoolingFields(&reader)
        let model = try models.resolve(fields.model)
        let engine = model.engine
        let encoding = try VectorEncoding(&reader)
        try readOptions(&reader, &fields, engine)
        let inputs = try reader.poolingInputs("input")
        let options = fields.options
        let result = try await call.pool(on: model.ready) { () async throws(LLMError) -> PoolingResult in
            if engine.task == .classify { return try await engine.classify(inputs, options: options) }
            return try await engine.embed(inputs, options: options)
        }
        let data = result.vectors.enumerated().map { index, vector -> JSONValue in
            [
                "index": .integer(Int64(index)), "object": isPooling ? "pooling" : "embedding",
                (isPooling ? "data" : "embedding"): encoding.json(vector),
            ]
        }
        var response = Response.json([
            "id": .string("\(isPooling ? "pool" : "embd")-\(fields.requestID ?? call.requestID)"), "object": "list",
            "created": .integer(Int64(HTTPDate.unixNow())), "model": .string(model.name), "data": .array(data),
            "usage": result.usage,
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }

    private func readOptions(
        _ reader: inout FieldReader, _ fields: inout PoolingFields, _ engine: any PoolingServingEngine
    ) throws(APIError) {
        fields.options.addSpecialTokens = try reader.bool("add_special_tokens") ?? true
        fields.options.dimensions = try reader.integer("dimensions", in: 1 ... .max)
        fields.options.promptName = try reader.string("prompt_name")
        try reader.refuse("messages", accepted: "null; send texts in `input`")
        guard form == .pooling else { return }
        if fields.options.dimensions != nil {
            throw .notSupported("dimensions", accepted: "null; /v1/embeddings takes it")
        }
        if let task = try reader.string("task"), task != engine.task.rawValue {
            throw .badRequest(
                "Unsupported task: '\(task)'; supported: \(engine.task.rawValue)", param: "task", code: "invalid_value")
        }
    }
}
