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
        let ids = try tokenIDs(&reader, on: ready)
        let wantsStrings = try reader.bool("return_token_strs") ?? false
        var response = Response.json([
            "count": .integer(Int64(ids.count)), "max_model_len": .integer(Int64(ready.engine.servedModel.maxModelLen)),
            "tokens": .tokenIDs(ids),
            "token_strs": wantsStrings ? .array(ids.map { .string(ready.engine.vocabularyEntry($0)) }) : .null,
        ])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }

    private func tokenIDs(_ reader: inout FieldReader, on ready: EngineSlot.Ready) throws(APIError) -> [Int32] {
        var prompt = GenerationRequest.Prompt.tokenIDs([])
        let isChat = reader.value("prompt") == nil
        if let text = try reader.string("prompt") {
            prompt = .text(text)
        } else if reader.value("messages") != nil {
            let engine = try ready.generator(for: "Chat Completions")
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
            do throws(LLMError) { return try ready.engine.encode(text, addSpecialTokens: addSpecialTokens) } catch {
                throw APIError(error, promptParam: isChat ? "messages" : "prompt")
            }
        }
    }
}
