import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

extension Response {
    /// Adds the header that tells what a request samples with: a JSON object of `{"value", "source"}` by parameter.
    mutating func reportSamplingParameters(
        of request: GenerationRequest, engine: any ServingEngine
    ) throws(APIError) {
        do throws(LLMError) {
            headers[.samplingParameters] = JSONWriter.string(try engine.samplingParameters(of: request).json)
        } catch {
            throw APIError(error, promptParam: "prompt")
        }
    }
}

extension HTTPField.Name {
    /// What the answer was sampled with.
    static let samplingParameters = HTTPField.Name("x-martlet-sampling-params")!
}
