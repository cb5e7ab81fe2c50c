import MartletEngine

extension EngineConfiguration {
    /// Takes over what is the same for every kind of model, and checks the whole.
    ///
    /// **Throws** `cannotLoad`, naming the option.
    mutating func adopt(_ configuration: LLMConfiguration) throws(LLMError) {
        maxNumBatchedTokens = configuration.maxNumBatchedTokens
        targetStepTime = configuration.targetStepTime
        maxNumQueuedRequests = configuration.maxNumQueuedRequests
        blockSize = configuration.blockSize
        schedulingPolicy = configuration.schedulingPolicy
        seed = configuration.seed
        do { try validate() } catch {
            guard case .invalidRequest(let field, let reason) = error else { throw LLMError(error) }
            throw .cannotLoad("--\(field.replacing("_", with: "-")): \(reason)")
        }
    }
}
