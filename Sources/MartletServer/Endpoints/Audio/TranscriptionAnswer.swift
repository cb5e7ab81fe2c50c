import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// A whole transcription in the form that was asked for.
struct TranscriptionAnswer {
    let request: TranscriptionRequest
    let languages: [TranscriptionLanguage]

    /// Plain text, subtitles or JSON; the members of JSON are OpenAI's.
    func response(_ transcription: Transcription) -> Response {
        switch request.format {
        case .text: Self.plain(transcription.text + "\n")
        case .srt: Self.plain(TranscriptionFormat.srt.text(of: transcription))
        case .vtt: Self.plain(TranscriptionFormat.vtt.text(of: transcription))
        case .json: .json(.object(short(transcription)))
        case .verboseJSON: .json(.object(verbose(transcription)))
        }
    }

    private static func plain(_ text: String) -> Response {
        .bytes(Array(text.utf8), contentType: "text/plain; charset=utf-8")
    }

    private func short(_ transcription: Transcription) -> JSONObject {
        var object = JSONObject()
        object["text"] = .string(transcription.text)
        if request.options.task == .transcribe { object["usage"] = transcription.summary.durationUsage }
        return object
    }

    private func verbose(_ transcription: Transcription) -> JSONObject {
        let summary = transcription.summary
        let isTranslation = request.options.task == .translate
        let spoken = languages.first { $0.code == summary.language }?.name ?? summary.language
        var object = JSONObject()
        object["task"] = .string(request.options.task.rawValue)
        object["language"] = .string(isTranslation ? "english" : spoken)
        object["duration"] = .double(summary.duration)
        object["text"] = .string(transcription.text)
        if request.includesSegments { object["segments"] = .array(transcription.segments.map(\.json)) }
        if request.options.wordTimestamps {
            object["words"] = .array(transcription.segments.flatMap { $0.words ?? [] }.map(\.json))
        }
        if !isTranslation { object["usage"] = summary.durationUsage }
        return object
    }
}

extension TranscriptionSummary {
    /// OpenAI's `usage` of models that are paid by the second, begun ones included.
    fileprivate var durationUsage: JSONValue {
        ["type": "duration", "seconds": .integer(Int64(duration.rounded(.up)))]
    }
}

extension TranscriptionSegment {
    fileprivate var json: JSONValue {
        [
            "id": .integer(Int64(id)), "seek": .integer(Int64(seek)), "start": .double(start), "end": .double(end),
            "text": .string(text), "tokens": .tokenIDs(tokens), "temperature": .double(Double(temperature)),
            "avg_logprob": .double(avgLogprob), "compression_ratio": .double(compressionRatio),
            "no_speech_prob": .double(noSpeechProb),
        ]
    }
}

extension TranscriptionWord {
    /// OpenAI's words have no space before them.
    fileprivate var json: JSONValue {
        ["word": .string(String(word.drop { $0.isWhitespace })), "start": .double(start), "end": .double(end)]
    }
}
