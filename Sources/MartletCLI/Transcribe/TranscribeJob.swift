import Martlet

/// Writes down one file after the other.
struct TranscribeJob: Sendable {
    /// How it went.
    enum Outcome: Sendable {
        case complete, someFailed, interrupted
    }

    /// Starts writing down the file at a path.
    let start: @Sendable (_ file: String) async throws -> any AsyncSequence<TranscriptionEvent, LLMError> & Sendable
    let output: TranscriptionOutputOptions
    let console: Console

    /// Writes down all files; those that fail are reported and the others go on.
    func run(_ files: [String]) async -> Outcome {
        var outcome = Outcome.complete
        for file in files {
            let progress = TranscribeProgress(file: file, console: console)
            do {
                try await transcribe(file, isOneOfSeveral: files.count > 1, progress: progress)
            } catch {
                progress.clear()
                if Task.isCancelled { return .interrupted }
                console.err("martlet: error: \(Self.describe(error, file: file))\n")
                outcome = .someFailed
            }
        }
        return outcome
    }

    private func transcribe(_ file: String, isOneOfSeveral: Bool, progress: TranscribeProgress) async throws {
        let events = try await start(file)
        let printsLines = output.outputDir == nil && output.format == .txt
        if printsLines, isOneOfSeveral { console.out("==> \(file) <==\n") }
        var segments: [TranscriptionSegment] = []
        var end: TranscriptionSummary?
        for try await event in events {
            switch event {
            case .language: break
            case .progress(let seconds, let total): progress.show(seconds: seconds, of: total)
            case .segment(let segment):
                segments.append(segment)
                if printsLines {
                    progress.clear()
                    console.out(Self.line(segment))
                }
            case .finished(let summary): end = summary
            }
        }
        guard let end else { throw CLIError("the transcription ended early") }
        progress.clear()
        guard !printsLines else { return }
        let text = output.format.text(of: Transcription(segments: segments, summary: end))
        if output.outputDir != nil {
            let path = output.path(for: file)
            try ResultFile.write(text, to: path)
            progress.report(end, path: path)
        } else {
            console.out(text.hasSuffix("\n") || text.isEmpty ? text : text + "\n")
        }
    }

    /// What `txt` writes of a segment, which is known before the others are.
    private static func line(_ segment: TranscriptionSegment) -> String {
        TranscriptionFormat.txt.text(
            of: Transcription(segments: [segment], summary: TranscriptionSummary(duration: 0, language: "")))
    }

    /// What is wrong with a file, which is named once.
    private static func describe(_ error: any Error, file: String) -> String {
        let message =
            switch error {
            case LLMError.invalidRequest(_, let message): message
            case let error as CLIError: error.message
            default: "\(error)"
            }
        return message.hasPrefix(file) ? message : "\(file): \(message)"
    }
}
