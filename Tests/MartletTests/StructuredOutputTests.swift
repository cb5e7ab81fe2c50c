import MartletEngine
import MartletGrammar
import MartletJSON
import MartletTokenizers
import Testing

@testable import Martlet

@Suite("Structured output of the built-in model", .timeLimit(.minutes(5))) struct StructuredOutputTests {
    private static func request(_ output: StructuredOutput, seed: Int = 7, n: Int = 1) -> GenerationRequest {
        var request = DemoModel.request("Once upon a time", maxTokens: 200, seed: seed)
        request.sampling.temperature = 1.2
        request.structuredOutput = output
        request.n = n
        return request
    }

    @Test("Every output is what was asked for, each of n with a place of its own")
    func keepsItsWord() async throws {
        let llm = try await DemoModel.load()
        var regex = StructuredOutput(.regex("[a-c]{2}-[0-9]{3}"))
        for output in try await llm.generate(Self.request(regex, n: 6)).collect() {
            #expect(output.finishReason == .stop)
            #expect(output.text.wholeMatch(of: /[a-c]{2}-[0-9]{3}/) != nil, "\(output.text)")
        }
        let schema: JSONValue = [
            "type": "object", "properties": ["a": ["enum": ["x", "y"]], "b": ["type": "boolean"]],
            "required": ["a", "b"], "additionalProperties": false,
        ]
        regex = StructuredOutput(.jsonSchema(schema))
        regex.whitespace = GrammarOptions.Whitespace.none
        for seed in 0..<5 {
            let output = try await llm.output(Self.request(regex, seed: seed))
            let value = try JSONReader.parse(output.text)
            #expect(value["b"]?.boolValue != nil)
            #expect(["x", "y"].contains(value["a"]?.stringValue))
        }
        #expect(await llm.isIdle())
    }

    @Test("Equal outputs share a grammar, and what cannot be kept is refused with its place")
    func compiles() async throws {
        let llm = try await DemoModel.load()
        let output = StructuredOutput(.jsonSchema(["type": "integer"]), param: "p")
        let first = try await llm.grammar(for: output)
        #expect(first === (try await llm.grammar(for: output)))
        var refusal: LLMError?
        do {
            _ = try await llm.generate(
                Self.request(StructuredOutput(.jsonSchema(["properties": ["a": ["type": "odd"]]]))))
        } catch {
            refusal = error
        }
        guard case .grammar(let error, let param) = refusal else { throw refusal ?? .shuttingDown }
        #expect(param == "structured_outputs")
        #expect(error.pointer == "/properties/a")
        #expect(error.keyword == "type")
    }

    @Test("Outputs of one request fail alone where nothing is left to choose")
    func contradiction() async throws {
        let llm = try await DemoModel.load()
        var request = Self.request(StructuredOutput(.choice(["ab"])))
        request.sampling.minTokens = 50
        let other = DemoModel.request("Once upon a time", maxTokens: 60)
        async let free = llm.output(other)
        await #expect(throws: LLMError.self) { try await llm.output(request) }
        #expect(try await free.finishReason != .error)
    }

    @Test("A compilation that nobody waits for any more ends nobody else's")
    func cancellation() async throws {
        let llm = try await DemoModel.load()
        let task = Task { try await llm.grammar(for: StructuredOutput(.regex("(a|b)*a(a|b){12}"))) }
        task.cancel()
        _ = try? await task.value
        let output = try await llm.output(Self.request(StructuredOutput(.choice(["yes"]))))
        #expect(output.text == "yes")
    }
}
