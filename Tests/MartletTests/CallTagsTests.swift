import MartletChat
import MartletGrammar
import MartletJSON
import Testing

@testable import Martlet

@Suite("Calls held to a model's own format") struct CallTagsTests {
    private static let tools: [JSONValue] = [
        [
            "type": "function",
            "function": [
                "name": "weather", "strict": true,
                "parameters": [
                    "type": "object",
                    "properties": [
                        "city": ["enum": ["Oslo", "Rome"]], "days": ["type": "integer", "enum": [1, 2]],
                    ],
                    "required": ["city", "days"], "additionalProperties": false,
                ],
            ],
        ]
    ]

    /// A text of the grammar that goes the shortest way: the end where it may come, else the largest plain byte.
    private func text(_ grammar: CompiledGrammar, seed: Int) throws -> String? {
        let matcher = GrammarMatcher(grammar)
        var mask = TokenBitmask(count: 257)
        var text: [UInt8] = []
        var state = UInt64(seed)
        while text.count < 1000 {
            var failure: GrammarError?
            mask.words.withUnsafeMutableBufferPointer { words in
                do throws(GrammarError) { try matcher.fillBitmask(words) } catch { failure = error }
            }
            if let failure { throw failure }
            if mask[256] { return String(decoding: text, as: UTF8.self) }
            // White space only where nothing else may come.
            var bytes = (0x21...0x7E).filter { mask[$0] && $0 != 0x5C }
            if bytes.isEmpty { bytes = (0...255).filter { mask[$0] } }
            state = state &* 6_364_136_223_846_793_005 &+ 1
            guard let byte = bytes.isEmpty ? nil : bytes[Int(state >> 33) % bytes.count],
                try matcher.accept(token: byte)
            else { return nil }
            text.append(UInt8(byte))
        }
        return nil
    }

    @Test(
        "are read back as the calls they are, with arguments that keep to the schema", arguments: ToolCallFormat.names)
    func areReadBack(name: String) throws {
        let format = try #require(ToolCallFormat.named(name))
        guard let tag = format.structuralTag(.required, tools: Self.tools, allowsParallelCalls: false) else { return }
        var options = GrammarOptions()
        options.whitespace = .none
        let grammar = try GrammarCompiler(vocabulary: .bytes).compile(.structuralTag(tag), options: options)
        for seed in 1...5 {
            let drawn = try text(grammar, seed: seed)
            let text = try #require(drawn)
            var parser = OutputParser(toolCalls: format, reasoning: nil, tools: Self.tools)
            let message = parser.message(of: text)
            #expect(message.toolCalls.map(\.name) == ["weather"], "\(name): \(text)")
            let isBlank = (message.content ?? "").allSatisfy { $0.isWhitespace }
            #expect(isBlank, "\(name): \(text)")
            let arguments = try message.toolCalls.first.map { try JSONReader.parse($0.arguments) }
            #expect(["Oslo", "Rome"].contains(arguments?["city"]?.stringValue), "\(name): \(text)")
            #expect([1, 2].contains(arguments?["days"]?.intValue), "\(name): \(text)")
        }
        // Where the model may choose, the grammar lets text stand before and after a call.
        let auto = try #require(format.structuralTag(.auto, tools: Self.tools, allowsParallelCalls: true))
        let free = GrammarMatcher(try GrammarCompiler(vocabulary: .bytes).compile(.structuralTag(auto)))
        let acceptsText = try free.accept(bytes: "No calls today.".utf8)
        #expect(acceptsText)
        #expect(free.isComplete)
    }
}
