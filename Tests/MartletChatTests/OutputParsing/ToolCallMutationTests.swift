import MartletChat
import MartletJSON
import Testing

/// Outputs that no model has been seen to write, and sizes that none should.
@Suite struct ToolCallMutationTests {
    /// Pieces of one output moved, doubled and dropped: calls stay valid and splits stay equal.
    @Test func `Mangled outputs give valid calls, the same for every split`() throws {
        var randomness = FixedRandomness(3)
        for known in OutputCase.jsonFormats {
            var scalars = Array(known.text.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &randomness) where !scalars.isEmpty {
                let start = Int.random(in: 0..<scalars.count, using: &randomness)
                let end = Int.random(in: start...min(scalars.count, start + 30), using: &randomness)
                let target = Int.random(in: 0...scalars.count, using: &randomness)
                switch UInt8.random(in: 0..<3, using: &randomness) {
                case 0: scalars.removeSubrange(start..<end)
                case 1: scalars.insert(contentsOf: scalars[start..<end], at: target)
                default:
                    scalars.insert(
                        ["{", "}", "\"", "<", "]", ",", " ", "\\"].randomElement(using: &randomness)!, at: start)
                }
            }
            let text = String(String.UnicodeScalarView(scalars))
            let whole = message(known.format, [text])
            #expect(message(known.format, text.unicodeScalars.map { String($0) }) == whole, "\(known.format): \(text)")
            #expect(message(known.format, text.pieces(9, &randomness)) == whole, "\(known.format): \(text)")
            for call in whole.toolCalls {
                #expect(!call.name.isEmpty && !call.id.isEmpty)
                #expect(try JSONReader.parse(call.arguments).objectValue != nil)
            }
        }
    }

    /// Would not end if anything were looked at again and again.
    @Test func `Hostile megabytes take linear time`() {
        let units = [
            "{", "[", "<", "[TOOL_CALLS]", "<tool_call>", #"{"a":"#, #"<tool_call>{"a":["#, " ", "\n;", "\"", "\\",
            "<|tool_calls_section_begin|>", "<｜tool▁calls▁begin｜>", "<|channel|>", "functools[", "```", "x", #"{"":[{"#,
        ]
        let openers = [
            "", "<tool_call>", "[TOOL_CALLS]", "[TOOL_CALLS]n", #"{"name": "f", "parameters": {}}"#,
            "<|channel|>commentary to=functions.f<|message|>", #"[{"name": ""#,
            "<|tool_calls_section_begin|><|tool_call_begin|>", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>",
        ]
        let framed = ["openai", "cohere_command3", "cohere_command4"]
        for format in OutputCase.jsonFormats.reduce(into: Set(), { $0.insert($1.format) }) {
            for (index, unit) in units.enumerated() {
                let opener = openers[index % openers.count]
                let piece = String(repeating: unit, count: 64 / unit.utf8.count + 1)
                let pieces = [opener] + Array(repeating: piece, count: 2000)
                let message = message(format, pieces)
                if message.toolCalls.isEmpty, !framed.contains(format) {
                    #expect((message.content ?? "").utf8.count == pieces.joined().utf8.count, "\(format) \(unit)")
                }
            }
        }
    }

    @Test func `Arguments of a megabyte come through in small pieces`() {
        let value = String(repeating: "</tool_call> {\\\"é\\\"} ", count: 50_000)
        let text = #"<tool_call>{"name": "f", "arguments": {"x": ""# + value + #""}}</tool_call>"#
        var randomness = FixedRandomness()
        let whole = message("hermes", [text])
        #expect(whole.toolCalls.count == 1 && whole.content == nil)
        #expect(whole.toolCalls.first?.arguments == #"{"x": ""# + value + #""}"#)
        #expect(message("hermes", text.pieces(12, &randomness)) == whole)
    }

    @Test func `Nesting beyond the JSON reader's is no call`() {
        let deep = String(repeating: "[", count: 100_000)
        let text = #"<tool_call>{"name": "f", "arguments": {"x": "# + deep
        #expect(message("hermes", [text]) == OutputMessage([.content(text)]))
    }
}
