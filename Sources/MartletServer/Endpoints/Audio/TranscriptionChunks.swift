import Martlet
import MartletJSON

/// Turns a transcription's events into the bytes of its stream.
///
/// Every event is at once one of OpenAI's (`type`, `delta`, `text`) and one of vLLM's (`object`, `choices`), so that
/// clients of both read it.
struct TranscriptionChunks {
    let request: TranscriptionRequest
    let identity: AnswerIdentity
    private var deltas = TranscriptionTextDeltas()
    private var numTokens = 0

    init(request: TranscriptionRequest, identity: AnswerIdentity) {
        self.request = request
        self.identity = identity
    }

    /// The chunks an event makes; may be none.
    mutating func chunks(for event: TranscriptionEvent) -> [UInt8] {
        switch event {
        case .language, .progress: return []
        case .segment(let segment):
            numTokens += segment.tokens.count
            let delta = deltas.add(segment.text)
            return delta.isEmpty ? [] : deltaChunk(delta, until: segment.end)
        case .finished(let summary): return closing(summary)
        }
    }

    private func deltaChunk(_ delta: String, until seconds: Double) -> [UInt8] {
        var chunk = chunk("transcript.text.delta", content: delta)
        chunk["delta"] = .string(delta)
        if request.includeUsage, request.continuousUsage {
            chunk["usage"] = Self.usage(audio: seconds, prompt: 0, completion: numTokens)
        }
        return ServerSentEvents.event(.object(chunk))
    }

    /// The end. vLLM sends usage, if asked for, in a chunk of its own that has no choices.
    private func closing(_ summary: TranscriptionSummary) -> [UInt8] {
        var end = chunk("transcript.text.done", content: "", finishReason: "stop")
        var bytes: [UInt8] = []
        if request.includeUsage {
            var last = chunk("transcript.text.delta", content: "", finishReason: "stop")
            last["delta"] = ""
            bytes += ServerSentEvents.event(.object(last))
            end["choices"] = []
        }
        end["text"] = .string(deltas.text)
        end["usage"] = Self.usage(
            audio: summary.duration, prompt: summary.numPromptTokens, completion: summary.numGeneratedTokens)
        return bytes + ServerSentEvents.event(.object(end))
    }

    private func chunk(_ type: String, content: String, finishReason: String? = nil) -> JSONObject {
        var chunk = JSONObject()
        chunk["type"] = .string(type)
        for (key, value) in identity.members { chunk[key] = value }
        var choice = JSONObject()
        choice["delta"] = ["content": .string(content)]
        if let finishReason {
            choice["finish_reason"] = .string(finishReason)
            choice["stop_reason"] = .null
        }
        chunk["choices"] = [.object(choice)]
        return chunk
    }

    /// Tokens under OpenAI's names for audio and under the names of chat; as vLLM counts, one for 10 ms of audio.
    private static func usage(audio seconds: Double, prompt: Int, completion: Int) -> JSONValue {
        let audio = Int(clamping: Int64(exactly: (seconds * 100).rounded(.up)) ?? 0)
        let input = JSONValue.integer(Int64(audio + prompt))
        let output = JSONValue.integer(Int64(completion))
        let total = JSONValue.integer(Int64(audio + prompt + completion))
        return [
            "type": "tokens", "input_tokens": input,
            "input_token_details": ["audio_tokens": .integer(Int64(audio)), "text_tokens": .integer(Int64(prompt))],
            "output_tokens": output, "prompt_tokens": input, "completion_tokens": output, "total_tokens": total,
        ]
    }
}
