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
        let models = try slot.models()
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        let engine = try models.resolve(try reader.string("model")).engine
        let ids = try tokenIDs(&reader, on: engine)
        let wantsStrings = try reader.bool("return_token_strs") ?? false
        var response = Response.json([
            "count": .integer(Int64(ids.count)), "max_model_len": .integer(Int64(engine.servedModel.maxModelLen)),
            "tokens": .tokenIDs(ids),
            "token_strs": wantsStrings ? .array(ids.map { .string(engine.vocabularyEntry($0)) }) : .null,
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }

    private func tokenIDs(_ reader: inout FieldReader, on engine: any ServedEngine) throws(APIError) -> [Int32] {
        var prompt = GenerationRequest.Prompt.tokenIDs([])
        let isChat = reader.value("prompt") == nil
        if let text = try reader.string("prompt") {
            prompt = .text(text)
        } else if reader.value("messages") != nil {
            guard let engine = engine as? any ServingEngine else { throw .wrongTask("Chat Completions") }
            let chat = try ChatPrompt(&reader, configuration: configuration)
            do throws(LLMError) { prompt = try engine.prepare(chat).prompt } catch {
                throw APIError(error, promptParam: "messages")
            }
        } else {
            throw .badRequest("`prompt` or `messages` is required", param: "prompt", code: "missing_required_parameter")
        }
        // Templates write their own special tokens.
        let addSpecialTokens = try reader.bool("add_special_tokens") ?? !isChat
        switch prompt {
        case .tokenIDs(let ids): return ids
        case .text(let text):
            do throws(LLMError) { return try engine.encode(text, addSpecialTokens: addSpecialTokens) } catch {
                throw APIError(error, promptParam: isChat ? "messages" : "prompt")
            }
        }
    }
}
