import Martlet
import MartletJSON

extension SamplingOverrides {
    /// Reads the sampling fields; ranges are the engine's to check, so that they are written down once.
    init(_ reader: inout FieldReader) throws(APIError) {
        self.init()
        temperature = try reader.number("temperature")
        topP = try reader.number("top_p")
        topK = try reader.integer("top_k")
        minP = try reader.number("min_p")
        repetitionPenalty = try reader.number("repetition_penalty")
        presencePenalty = try reader.number("presence_penalty")
        frequencyPenalty = try reader.number("frequency_penalty")
        maxTokens = try reader.integer("max_tokens")
        minTokens = try reader.integer("min_tokens")
        seed = try reader.integer("seed")
        stopTokenIDs = try reader.tokenIDs("stop_token_ids") ?? []
        ignoreEOS = try reader.bool("ignore_eos") ?? false
        logitBias = try Self.logitBias(try reader.object("logit_bias") ?? JSONObject())
    }

    private static func logitBias(_ object: JSONObject) throws(APIError) -> [Int32: Float] {
        var bias: [Int32: Float] = [:]
        for (key, value) in object {
            guard let id = Int32(key), id >= 0, let number = value.doubleValue, (-100...100).contains(number) else {
                throw .badRequest(
                    "`logit_bias` maps token ids to numbers from -100 to 100; this is not one: \"\(key)\"",
                    param: "logit_bias", code: "invalid_value")
            }
            bias[id] = Float(number)
        }
        return bias
    }
}
