import MartletAudio

/// Makes segments of one piece of audio of at most 30 s: fallback, silence, timestamps, words.
///
/// **Source** openai-whisper `transcribe`, the body of its loop.
struct WindowTranscriber<Decoder: WindowDecoding>: Sendable {
    let decoder: Decoder
    let options: TranscriptionOptions
    /// Code of the language; nil for models without language tokens.
    let language: String?
    /// Ids of the hotwords.
    let hotwords: [Int32]
    let rules: WhisperTokenRules

    init(decoder: Decoder, options: TranscriptionOptions, language: String?) {
        self.decoder = decoder
        self.options = options
        self.language = language
        hotwords = options.hotwords.map { Self.promptTokens($0, decoder) } ?? []
        let vocabulary = decoder.vocabulary
        rules = WhisperTokenRules(
            vocabulary, suppressing: vocabulary.suppressedTokens(options.suppressTokens),
            suppressBlank: options.suppressBlank, hasTimestamps: options.timestamps,
            maxInitialTimestamp: options.maxInitialTimestamp)
    }

    /// Ids of a text that stands in a prompt.
    static func promptTokens(_ text: String, _ decoder: Decoder) -> [Int32] {
        let stripped = SpacedText.stripped(text)
        return stripped.isEmpty ? [] : decoder.tokens(of: " " + stripped)
    }

    /// Samples of a frame of 10 ms.
    static var samplesPerFrame: Int { 160 }

    /// What a piece of audio gave.
    struct Result: Sendable, Hashable {
        var segments: [TranscriptionSegment] = []
        /// Frames that are done with, at least one.
        var numFramesDone: Int
        var temperature: Float = 0
        /// Nobody speaks.
        var isSilent = false
        var numPromptTokens = 0
        var numGeneratedTokens = 0
    }

    /// Decodes a piece that begins at sample `firstSample` of the file.
    ///
    /// `lastSpeech` is the end of the last word before it, in seconds, and is moved on. `numFrames` are at least 1.
    func transcribe(
        _ input: Decoder.Input, firstSample: Int, numFrames: Int, previous: ArraySlice<Int32>, lastSpeech: inout Double
    ) async throws(LLMError) -> Result {
        let prompt = DecoderPrompt(
            decoder.vocabulary, language: language, task: options.task, hasTimestamps: options.timestamps,
            hotwords: hotwords, previous: previous, context: decoder.context)
        var result = Result(numFramesDone: numFrames)
        let window = try await decode(input, prompt, counting: &result)
        result.temperature = window.temperature
        result.isSilent = options.skips(window)
        if result.isSilent { return result }
        let parts = SegmentedWindow(window.tokens, numFrames: numFrames, in: decoder.vocabulary)
        let offset = Double(firstSample) / Double(AudioReader.sampleRate)
        result.segments = parts.parts.map { part in
            TranscriptionSegment(
                id: 0, seek: firstSample / Self.samplesPerFrame, start: offset + part.start, end: offset + part.end,
                text: decoder.text(of: part.tokens), tokens: part.tokens, temperature: window.temperature,
                avgLogprob: window.avgLogprob, compressionRatio: window.compressionRatio,
                noSpeechProb: window.noSpeechProb ?? 0)
        }
        result.numFramesDone = parts.numFramesDone
        if options.wordTimestamps {
            try await addWords(to: &result, input, prompt, offset: offset, numFrames: numFrames, &lastSpeech)
            if !parts.endsWithSingleTimestamp, let end = Self.end(of: result.segments), end > offset {
                result.numFramesDone = Int(((end - offset) * 100).rounded(.toNearestOrEven))
            }
            if let end = Self.end(of: result.segments) { lastSpeech = end }
        }
        if window.isFull, result.numFramesDone == numFrames, goesOnBehindFullTexts, !options.needsFallback(window) {
            try await goOnBehindText(of: window, &result, input, prompt, offset: offset, numFrames: numFrames)
        }
        // No progress would mean no end.
        if result.numFramesDone < 1 { result.numFramesDone = numFrames }
        result.segments.removeAll { $0.start == $0.end || SpacedText.stripped($0.text).isEmpty }
        return result
    }

    /// Tries one temperature after the other.
    ///
    /// **Source** openai-whisper `decode_with_fallback`.
    private func decode(
        _ input: Decoder.Input, _ prompt: DecoderPrompt, counting result: inout Result
    ) async throws(LLMError) -> WindowText {
        result.numPromptTokens += prompt.tokenIDs.count
        var room = decoder.context - prompt.tokenIDs.count
        // The text is to fit between `<|notimestamps|>` and the end once more, with a token behind them.
        if options.wordTimestamps { room = min(room, decoder.context - prompt.startSequence.count - 3) }
        var window: WindowText?
        for temperature in options.temperatures {
            let sampling = WindowSampling(
                temperature: temperature, numSamples: temperature > 0 ? options.bestOf : 1,
                maxTokens: max(min(options.maxTokensPerWindow ?? decoder.context / 2, room), 1), topP: options.topP,
                topK: options.topK, minP: options.minP, repetitionPenalty: options.repetitionPenalty,
                presencePenalty: options.presencePenalty, frequencyPenalty: options.frequencyPenalty,
                seed: options.seed)
            let decoded = try await decoder.attempts(at: input, prompt: prompt, rules: rules, sampling: sampling)
            result.numGeneratedTokens += decoded.numGeneratedTokens
            var text = WindowText(
                decoded.attempts, temperature: temperature, noSpeechProb: decoded.noSpeechProb,
                text: decoder.textWithSpecialTokens)
            text.isFull = text.tokens.count >= sampling.maxTokens
            window = text
            if !options.needsFallback(text) { break }
        }
        guard let window else { throw .invalidRequest(param: "temperature", message: "there is none to decode at") }
        return window
    }

    /// Gives every segment the times of its words.
    private func addWords(
        to result: inout Result, _ input: Decoder.Input, _ prompt: DecoderPrompt, offset: Double, numFrames: Int,
        _ lastSpeech: inout Double
    ) async throws(LLMError) {
        let endOfText = decoder.vocabulary.endOfText
        let text = result.segments.flatMap(\.tokens).filter { $0 < endOfText }
        let timings = try await timings(of: text, input, prompt, numFrames: numFrames)
        WordTimestamps(timings).add(to: &result.segments, offset: offset, lastSpeech: &lastSpeech) { $0 < endOfText }
    }

    /// When the words of a text were said.
    ///
    /// **Source** openai-whisper `find_alignment`.
    private func timings(
        of text: [Int32], _ input: Decoder.Input, _ prompt: DecoderPrompt, numFrames: Int
    ) async throws(LLMError) -> [WordTiming] {
        guard !text.isEmpty else { return [] }
        let endOfText = decoder.vocabulary.endOfText
        let alignment = try await decoder.alignment(
            of: text, startSequence: prompt.startSequence, at: input, numFrames: numFrames)
        let words = WordTokens.split(
            text + [endOfText], language: language, endOfText: endOfText, bytes: decoder.bytes)
        // The rows of `<|notimestamps|>` and of the text but its last token: those that predict the text.
        let first = prompt.startSequence.count
        return WordTiming.timings(
            of: words, along: alignment.matrix.path(rows: first..<first + text.count + 1),
            probabilities: alignment.probabilities)
    }

    /// Whether what comes after a text that fills its tokens is decoded too; openai-whisper leaves it out.
    private var goesOnBehindFullTexts: Bool { !options.conditionOnPreviousText && options.maxTokensPerWindow == nil }

    /// Leaves what comes after the last word of a full text to the next window.
    private func goOnBehindText(
        of window: WindowText, _ result: inout Result, _ input: Decoder.Input, _ prompt: DecoderPrompt, offset: Double,
        numFrames: Int
    ) async throws(LLMError) {
        let text = window.tokens.filter { $0 < decoder.vocabulary.endOfText }
        guard !result.segments.isEmpty, prompt.startSequence.count + text.count + 2 < decoder.context else { return }
        guard let end = try await timings(of: text, input, prompt, numFrames: numFrames).last?.end else { return }
        let frames = Int(end * 100)
        guard frames > 0, frames < numFrames else { return }
        result.numFramesDone = frames
        let last = result.segments.count - 1
        result.segments[last].end = max(result.segments[last].start, min(result.segments[last].end, offset + end))
    }

    /// **Source** openai-whisper `get_end`.
    private static func end(of segments: [TranscriptionSegment]) -> Double? {
        segments.last { $0.words?.isEmpty == false }?.words?.last?.end ?? segments.last?.end
    }
}
