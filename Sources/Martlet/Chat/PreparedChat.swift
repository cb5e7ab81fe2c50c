public import MartletChat

/// A conversation ready to be continued.
public struct PreparedChat: Sendable {
    /// What the model continues; special tokens are in it already.
    public var prompt: GenerationRequest.Prompt
    /// Tells reasoning, content and tool calls of an output apart, each output with a copy of its own; nil: all of it is
    /// content.
    public var parser: OutputParser?
    /// Special tokens the parser has to see.
    public var keptSpecialTokens: Set<Int32>
    /// The reasoning that may come before the answer; nil: none, as far as is known.
    public var reasoning: ReasoningBoundary?
    /// What the answer must look like, because tools have to be called or calls be exact; it takes the place of what the
    /// request asks of the output.
    public var structuredOutput: StructuredOutput?

    /// A prepared conversation.
    public init(prompt: GenerationRequest.Prompt, parser: OutputParser? = nil, keptSpecialTokens: Set<Int32> = []) {
        self.prompt = prompt
        self.parser = parser
        self.keptSpecialTokens = keptSpecialTokens
    }

    /// The request that generates answers.
    public func request(sampling: SamplingOverrides = SamplingOverrides()) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt, sampling: sampling)
        request.addSpecialTokens = false
        request.keptSpecialTokens = keptSpecialTokens
        request.reasoning = reasoning
        request.structuredOutput = structuredOutput
        return request
    }
}
