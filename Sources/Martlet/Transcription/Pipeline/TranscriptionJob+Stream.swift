import MartletAudio

extension TranscriptionJob {
    /// openai-whisper's loop: 30 s at a time, each from where the one before left off, with its text before it.
    ///
    /// Features are those of the window alone, where openai-whisper clamps to the loudest sound of the whole file.
    /// **Source** openai-whisper `transcribe`.
    func runThroughStream(_ output: inout Output) async throws(LLMError) {
        let samplesPerFrame = WindowTranscriber<Decoder>.samplesPerFrame
        var transcriber: WindowTranscriber<Decoder>?
        var previous = PreviousText(initialPrompt: initialPrompt, isKept: true)
        var lastSpeech = 0.0
        var seek = 0
        while !Task.isCancelled {
            let samples = try await feed.samples(from: seek * samplesPerFrame, count: Self.windowLength)
            let numFrames = samples.count / samplesPerFrame
            guard numFrames > 0 else { return }
            var piece = Piece(window: AudioWindow(firstSample: seek * samplesPerFrame, samples: samples))
            if transcriber == nil { transcriber = try await self.transcriber(detectingIn: &piece, &output) }
            if piece.input == nil { piece.input = try await input(of: samples) }
            guard let transcriber, let input = piece.input else { return }
            let result = try await transcriber.transcribe(
                input, firstSample: seek * samplesPerFrame, numFrames: numFrames, previous: previous.prompt,
                lastSpeech: &lastSpeech)
            if !result.isSilent {
                previous.append(result.segments.flatMap(\.tokens), temperature: result.temperature)
            }
            output.tell(result)
            seek += result.numFramesDone
            output.tell(seconds: Double(seek) / 100)
        }
    }
}
