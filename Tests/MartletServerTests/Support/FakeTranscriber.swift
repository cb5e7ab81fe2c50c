import Martlet
import MartletAudio
import MartletEngine
import MartletServer
import Synchronization

/// A model that writes down what the test says, whatever the file.
final class FakeTranscriber: TranscriptionServingEngine {
    /// How files are answered.
    enum Script: Sendable {
        /// These events.
        case events([TranscriptionEvent])
        /// A segment, then this error.
        case failing(LLMError)
        /// Refused before anything is written down.
        case refused(LLMError)
        /// A segment, then nothing until cancelled.
        case stuck
        /// A segment whose text is the file's, as UTF-8.
        case echo
    }

    struct File: Sendable {
        var bytes: [UInt8]
        var isOnDisk: Bool
        var name: String?
        var options: TranscriptionOptions
    }

    private struct State {
        var files: [File] = []
        var numCancelled = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let servedModel: ServedModel
    let load = EngineStatistics()
    let languages = [
        TranscriptionLanguage(code: "en", name: "english"), TranscriptionLanguage(code: "de", name: "german"),
    ]
    private let script: Script
    private let state = Mutex(State())

    init(name: String = "whisper", script: Script = .events(FakeTranscriber.twoSegments)) {
        servedModel = ServedModel(name: name, root: "/models/\(name)", maxModelLen: 448)
        self.script = script
    }

    var files: [File] { state.withLock { $0.files } }
    var numCancelled: Int { state.withLock { $0.numCancelled } }

    /// Suspends until some file's work was cancelled.
    func waitForCancellation() async {
        await withCheckedContinuation { continuation in
            let isCancelled = state.withLock { state in
                if state.numCancelled == 0 { state.waiters.append(continuation) }
                return state.numCancelled > 0
            }
            if isCancelled { continuation.resume() }
        }
    }

    fileprivate func noteCancellation() {
        let waiters = state.withLock { state in
            state.numCancelled += 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    static let segments = [
        TranscriptionSegment(
            id: 0, seek: 0, start: 0, end: 1.5, text: " Hello there.", tokens: [50364, 2425, 456, 13, 50439],
            avgLogprob: -0.25, compressionRatio: 0.75, noSpeechProb: 0.125,
            words: [
                TranscriptionWord(word: " Hello", start: 0.25, end: 0.5, probability: 0.5),
                TranscriptionWord(word: " there.", start: 0.5, end: 1.25, probability: 0.5),
            ]),
        TranscriptionSegment(
            id: 1, seek: 3000, start: 3661.25, end: 3662, text: " General --> Kenobi! ", tokens: [50364, 1],
            temperature: 0.5,
            words: [TranscriptionWord(word: " General --> Kenobi!", start: 3661.25, end: 3662, probability: 0.5)]),
    ]

    static let twoSegments: [TranscriptionEvent] = [
        .language(code: "de", probability: 0.75), .progress(seconds: 1, of: nil), .segment(segments[0]),
        .segment(segments[1]),
        .finished(
            TranscriptionSummary(
                duration: 3662.5, language: "de", numPromptTokens: 8, numGeneratedTokens: 7, numWindows: 2)),
    ]

    func events(
        for audio: any AudioBytes, name: String?, options: TranscriptionOptions
    ) async throws(LLMError) -> any AsyncSequence<TranscriptionEvent, LLMError> & Sendable {
        var bytes = [UInt8](repeating: 0, count: audio.count)
        do throws(AudioError) {
            let outcome = bytes.withUnsafeMutableBytes { buffer -> Result<Int, AudioError> in
                do throws(AudioError) { return .success(try audio.read(at: 0, into: buffer)) } catch {
                    return .failure(error)
                }
            }
            _ = try outcome.get()
        } catch {
            throw .invalidRequest(param: "file", message: error.message)
        }
        let file = File(bytes: bytes, isOnDisk: audio is AudioFile, name: name, options: options)
        state.withLock { $0.files.append(file) }
        switch script {
        case .refused(let error): throw error
        case .events(let events): return FakeTranscription(engine: self, events: events)
        case .failing(let error):
            return FakeTranscription(engine: self, events: [.segment(Self.segments[0])], error: error)
        case .stuck: return FakeTranscription(engine: self, events: [.segment(Self.segments[0])], isStuck: true)
        case .echo:
            let text = String(decoding: bytes, as: UTF8.self)
            let segment = TranscriptionSegment(id: 0, seek: 0, start: 0, end: 1, text: " " + text)
            return FakeTranscription(
                engine: self,
                events: [.segment(segment), .finished(TranscriptionSummary(duration: 1, language: "en"))])
        }
    }

    func languageCode(of text: String) -> String? {
        languages.first { $0.code == text || $0.name == text.lowercased() }?.code
    }

    func encode(_ text: String, addSpecialTokens: Bool) throws(LLMError) -> [Int32] { text.utf8.map { Int32($0) } }
    func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool) throws(LLMError) -> String { "" }
    func bytes(ofToken tokenID: Int32) -> [UInt8] { [] }
    func vocabularyEntry(_ tokenID: Int32) -> String { "" }
    func shutDown(drainTimeout: Duration?) async {}
}

/// One file's events.
private struct FakeTranscription: AsyncSequence, Sendable {
    typealias Element = TranscriptionEvent
    typealias Failure = LLMError

    let engine: FakeTranscriber
    let events: [TranscriptionEvent]
    var error: LLMError?
    var isStuck = false

    func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    struct Iterator: AsyncIteratorProtocol {
        let sequence: FakeTranscription
        var position = 0

        mutating func next() async throws(LLMError) -> TranscriptionEvent? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> TranscriptionEvent? {
            defer { position += 1 }
            if position < sequence.events.count { return sequence.events[position] }
            if let error = sequence.error { throw error }
            guard sequence.isStuck else { return nil }
            // Ends with the task only.
            let (stream, continuation) = AsyncStream<Never>.makeStream()
            for await _ in stream {}
            withExtendedLifetime(continuation) {}
            sequence.engine.noteCancellation()
            return nil
        }
    }
}
