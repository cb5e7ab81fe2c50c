import MartletChat
import Testing

/// The messages vLLM's parsers give, or what Martlet gives instead on purpose.
@Suite struct ToolCallGoldenTests {
    @Test func `Every output means the recorded message`() {
        for known in OutputCase.jsonFormats {
            let message = message(known.format, [known.text])
            #expect(message.reasoning == known.reasoning, "\(known)")
            #expect(message.content == known.content, "\(known)")
            #expect(message.toolCalls.map { [$0.name, $0.arguments] } == known.calls, "\(known)")
        }
    }

    @Test func `Every split in two gives the same message`() {
        for known in OutputCase.jsonFormats {
            let whole = message(known.format, [known.text])
            let count = known.text.unicodeScalars.count
            for cut in 0...count {
                let halves = [known.text.scalars(0..<cut), known.text.scalars(cut..<count)]
                #expect(message(known.format, halves) == whole, "\(known) at \(cut)")
            }
        }
    }

    @Test func `Characters one by one and random pieces give the same message`() {
        var randomness = FixedRandomness(7)
        for known in OutputCase.jsonFormats {
            let whole = message(known.format, [known.text])
            #expect(message(known.format, known.text.unicodeScalars.map { String($0) }) == whole, "\(known)")
            for longest in [2, 5, 20] {
                let pieces = known.text.pieces(longest, &randomness)
                #expect(message(known.format, pieces) == whole, "\(known) as \(pieces)")
            }
        }
    }

    /// However an output is cut off, nothing but whitespace is lost as long as no call has come of it.
    @Test func `An output cut off anywhere stays content until a call is complete`() {
        let framed = ["openai", "gigachat3", "cohere_command3", "cohere_command4"]
        for known in OutputCase.jsonFormats where !framed.contains(known.format) {
            for end in 0..<known.text.unicodeScalars.count {
                let text = known.text.scalars(0..<end)
                let message = message(known.format, [text])
                guard message.toolCalls.isEmpty else { continue }
                #expect(message.content ?? "" == text, "\(known) cut at \(end)")
            }
        }
    }

    @Test func `Every format is found by its name`() {
        #expect(ToolCallFormat.named("no such format") == nil)
        for name in ToolCallFormat.names { #expect(ToolCallFormat.named(name)?.name == name) }
        let formats = [
            "hermes", "qwen3_json", "llama3_json", "llama4_json", "mistral", "granite", "granite4", "granite-20b-fc",
            "phi4_mini_json", "internlm", "jamba", "deepseek_v3", "deepseek_v31", "kimi_k2", "openai", "xlam",
            "hunyuan_a13b", "ernie45",
        ]
        #expect(Set(formats).isSubset(of: ToolCallFormat.names))
    }
}
