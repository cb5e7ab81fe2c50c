import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /detokenize`: the text of token ids.
struct DetokenizeEndpoint: Endpoint {
    let path = "/detokenize"
    let method = HTTPRequest.Method.post
    let slot: EngineSlot

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.models()
        var reader = FieldReader(try JSONReader.requestObject(call.body))
        let engine = try models.resolve(try reader.string("model")).engine
        guard let ids = try reader.tokenIDs("tokens") else {
            throw .badRequest("`tokens` is required", param: "tokens", code: "missing_required_parameter")
        }
        let text: String
        do throws(LLMError) {
            text = try engine.decode(ids, skipSpecialTokens: false)
        } catch {
            throw APIError(error, promptParam: "tokens")
        }
        var response = Response.json(["prompt": .string(text)])
        response.reportIgnored(reader.unread, logger: call.logger)
        return response
    }
}
