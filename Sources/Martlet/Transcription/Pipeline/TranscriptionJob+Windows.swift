import MartletAudio

extension TranscriptionJob {
    /// Text and times do not depend on other windows: several are decoded at once.
    ///
    /// **Source** faster-whisper `BatchedInferencePipeline`: the initial prompt stands before every window.
    func runConcurrently(_ output: inout Output) async throws(LLMError) {
        guard let window = try await nextWindow(&output) else { return }
        var first = Piece(window: window)
        let transcriber = try await transcriber(detectingIn: &first, &output)
        let prompt = initialPrompt
        var order = WindowOrder<Decoder>()
        var isReading = false
        var waiting: Piece? = first
        // What went wrong while reading; it is told behind the text before it.
        var failure: LLMError?
        var hasEnded = false
        await withTaskGroup(of: Done.self) { group in
            func goOn() {
                while let piece = waiting, order.numRunning < max(maxConcurrentWindows, 1), failure == nil {
                    waiting = nil
                    let number = order.start(endingAt: piece.window.end)
                    group.addTask {
                        do throws(LLMError) {
                            return .window(number, .success(try await self.results(of: piece, transcriber, prompt)))
                        } catch {
                            return .window(number, .failure(error))
                        }
                    }
                    readOn()
                }
                readOn()
            }
            func readOn() {
                guard waiting == nil, !isReading, !hasEnded, failure == nil else { return }
                isReading = true
                group.addTask { [feed] in
                    do throws(LLMError) { return .read(.success(try await feed.next())) } catch {
                        return .read(.failure(error))
                    }
                }
            }
            goOn()
            while let done = await group.next() {
                if Task.isCancelled { group.cancelAll() }
                switch done {
                case .read(let item):
                    isReading = false
                    switch item {
                    case .success(.window(let window)): waiting = Piece(window: window)
                    case .success(.silence(let seconds)): if order.numRunning == 0 { output.tell(seconds: seconds) }
                    case .success(.end): hasEnded = true
                    case .failure(let error): failure = error
                    }
                case .window(let number, let results): order.finish(number, results)
                }
                do throws(LLMError) { try order.tell(&output) } catch {
                    failure = error
                    group.cancelAll()
                }
                if Task.isCancelled { hasEnded = true } else { goOn() }
            }
        }
        if let failure { throw failure }
    }

    private enum Done: Sendable {
        case read(Result<AudioFeed.Item, LLMError>)
        case window(Int, Result<[WindowTranscriber<Decoder>.Result], LLMError>)
    }

    /// All of a window, which is decoded from its last timestamp on until it is used up.
    private func results(
        of piece: Piece, _ transcriber: WindowTranscriber<Decoder>, _ prompt: [Int32]
    ) async throws(LLMError) -> [WindowTranscriber<Decoder>.Result] {
        var results: [WindowTranscriber<Decoder>.Result] = []
        var lastSpeech = Double(piece.window.firstSample) / Double(AudioReader.sampleRate)
        try await decode(piece, transcriber, previous: { prompt[...] }, lastSpeech: &lastSpeech) { results.append($0) }
        return results
    }

    /// Windows one after the other, each with the text before it.
    func runWindowByWindow(_ output: inout Output) async throws(LLMError) {
        guard let window = try await nextWindow(&output) else { return }
        var piece = Piece(window: window)
        let transcriber = try await transcriber(detectingIn: &piece, &output)
        var previous = PreviousText(initialPrompt: initialPrompt, isKept: true)
        var lastSpeech = 0.0
        while true {
            var results: [WindowTranscriber<Decoder>.Result] = []
            try await decode(piece, transcriber, previous: { previous.prompt }, lastSpeech: &lastSpeech) { result in
                if !result.isSilent {
                    previous.append(result.segments.flatMap(\.tokens), temperature: result.temperature)
                }
                results.append(result)
            }
            for result in results { output.tell(result) }
            output.tell(seconds: Double(piece.window.end) / Double(AudioReader.sampleRate))
            guard let next = try await nextWindow(&output) else { return }
            piece = Piece(window: next)
        }
    }

    /// Decodes a window until it is used up; times are kept within it.
    private func decode(
        _ piece: Piece, _ transcriber: WindowTranscriber<Decoder>, previous: () -> ArraySlice<Int32>,
        lastSpeech: inout Double, each: (WindowTranscriber<Decoder>.Result) -> Void
    ) async throws(LLMError) {
        let window = piece.window
        let end = Double(window.end) / Double(AudioReader.sampleRate)
        var done = 0
        while done < window.samples.count, done == 0 || window.samples.count - done >= Self.leastRest {
            if Task.isCancelled { return }
            let samples = done == 0 ? window.samples : Array(window.samples[done...])
            var input = done == 0 ? piece.input : nil
            if input == nil { input = try await self.input(of: samples) }
            guard let input else { return }
            let numFrames = max(samples.count / WindowTranscriber<Decoder>.samplesPerFrame, 1)
            var result = try await transcriber.transcribe(
                input, firstSample: window.firstSample + done, numFrames: numFrames, previous: previous(),
                lastSpeech: &lastSpeech)
            for index in result.segments.indices { result.segments[index].clip(to: end) }
            lastSpeech = min(lastSpeech, end)
            each(result)
            done += result.numFramesDone * WindowTranscriber<Decoder>.samplesPerFrame
        }
    }
}

/// Windows that are decoded at once, told in their order.
struct WindowOrder<Decoder: WindowDecoding> {
    private(set) var numRunning = 0
    private var numStarted = 0
    private var numTold = 0
    /// Samples of the file up to the end of each window that is not told yet.
    private var ends: [Int: Int] = [:]
    private var finished: [Int: Result<[WindowTranscriber<Decoder>.Result], LLMError>] = [:]

    /// The number of a new window.
    mutating func start(endingAt end: Int) -> Int {
        ends[numStarted] = end
        numRunning += 1
        numStarted += 1
        return numStarted - 1
    }

    mutating func finish(_ number: Int, _ results: Result<[WindowTranscriber<Decoder>.Result], LLMError>) {
        numRunning -= 1
        finished[number] = results
    }

    /// Tells what is ready and has nothing unfinished before it.
    ///
    /// **Throws** what the next window threw.
    mutating func tell(_ output: inout TranscriptionJob<Decoder>.Output) throws(LLMError) {
        while let results = finished.removeValue(forKey: numTold) {
            for result in try results.get() { output.tell(result) }
            let end = ends.removeValue(forKey: numTold) ?? 0
            numTold += 1
            output.tell(seconds: Double(end) / Double(AudioReader.sampleRate))
        }
    }
}

extension AudioWindow {
    /// The sample of the file after the last.
    var end: Int { firstSample + samples.count }
}

extension TranscriptionSegment {
    /// Keeps all times at or before `last`.
    mutating func clip(to last: Double) {
        start = min(start, last)
        end = min(end, last)
        words = words?.map { word in
            var word = word
            word.start = min(word.start, last)
            word.end = min(word.end, last)
            return word
        }
    }
}
