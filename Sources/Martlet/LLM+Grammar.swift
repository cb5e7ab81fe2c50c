import MartletChat
import MartletEngine
public import MartletGrammar
import MartletTokenizers

extension LLM {
    /// The grammar of an output, compiled away from the threads that serve requests; the same one for equal outputs.
    ///
    /// **Throws** `grammar` for one that cannot be kept to the letter, `invalidRequest` without a tokenizer.
    public func grammar(for output: StructuredOutput) async throws(LLMError) -> CompiledGrammar {
        guard let grammars else {
            throw SamplingRanges.invalid(output.param, "grammars need the tokenizer, which was not loaded")
        }
        guard !samplingDefaults.eosTokenIDs.isEmpty else {
            throw SamplingRanges.invalid(output.param, "the model has no end-of-sequence token to end an output with")
        }
        return try await grammars.compile(output)
    }

    /// What the engine holds the outputs of a request to.
    func constraint(of request: GenerationRequest) async throws(LLMError) -> GrammarConstraint? {
        var grammar = request.grammar
        if grammar == nil, let output = request.structuredOutput { grammar = try await self.grammar(for: output) }
        guard let grammar else { return nil }
        guard !enablesGrammarInReasoning, let boundary = request.reasoning, let loadedTokenizer else {
            return GrammarConstraint(grammar: grammar)
        }
        return GrammarConstraint(
            grammar: grammar,
            reasoning: ReasoningPhase(
                boundary, tokenizer: loadedTokenizer, eosTokenIDs: samplingDefaults.eosTokenIDs))
    }
}

extension ReasoningPhase {
    fileprivate init(_ boundary: ReasoningBoundary, tokenizer: Tokenizer, eosTokenIDs: [Int32]) {
        self.init(
            isOpen: boundary.isOpen,
            openingTokenIDs: boundary.isOpen ? [] : boundary.starts.compactMap { tokenizer.id(of: $0) },
            ends: boundary.ends.map { Array($0.utf8) }, breaks: boundary.breaks.map { Array($0.utf8) },
            breakTokenIDs: boundary.breaks.compactMap { tokenizer.id(of: $0) }, eosTokenIDs: eosTokenIDs
        ) { tokenizer.tokenBytes($0) }
    }
}
