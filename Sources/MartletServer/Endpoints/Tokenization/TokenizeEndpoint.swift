import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /tokenize`: the ids of a text or of a conversation's prompt, in vLLM's shape.
struct TokenizeEndpoint: Endpoint {
    let path = "/tokenize"
    let method = HTTPRequest.Method.post
    let slot: EngineSlot
    let configuration: ServerConfiguration

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let ready = try slot.forWork()
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        _ = try ready.resolve(model: try reader.string("model"))
        let input = try input(&reader, engine: ready.engine)
        let ids: [Int32]
        do throws(LLMError) {
            ids = try ready.engine.encode(input.text, addSpecialTokens: input.addSpecialTokens)
        } catch {
            throw APIError(error, promptParam: "prompt")
        }
        let wantsStrings = try reader.bool("return_token_strs") ?? false
        var response = Response.json([
            "count": .integer(Int64(ids.count)), "max_model_len": .integer(Int64(ready.engine.servedModel.maxModelLen)),
            "tokens": .tokenIDs(ids),
            "token_strs": wantsStrings ? .array(ids.map { .string(ready.engine.vocabularyEntry($0)) }) : .null,
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }

    private func input(
        _ reader: inout FieldReader, engine: any ServingEngine
    ) throws(APIError) -> (text: String, addSpecialTokens: Bool) {
        if let prompt = try reader.string("prompt") {
            return (prompt, try reader.bool("add_special_tokens") ?? true)
        }
        guard reader.value("messages") != nil else {
            throw .badRequest("`prompt` or `messages` is required", param: "prompt", code: "missing_required_parameter")
        }
        let chat = try ChatPrompt(&reader, limits: configuration.limits)
        let addSpecialTokens = try reader.bool("add_special_tokens") ?? false
        do throws(LLMError) {
            return (try engine.renderChat(chat), addSpecialTokens)
        } catch {
            throw APIError(error, promptParam: "messages")
        }
    }
}
