import ArgumentParser
import Martlet
import Testing

@testable import MartletCLI

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Transcribing") struct TranscribeTests {
    private static let segments = [
        TranscriptionSegment(id: 0, seek: 0, start: 0, end: 1, text: " One."),
        TranscriptionSegment(id: 1, seek: 0, start: 1, end: 2, text: " Two."),
    ]
    private static let events: [TranscriptionEvent] =
        [.language(code: "en", probability: 1), .progress(seconds: 1, of: 2)] + segments.map { .segment($0) }
        + [.finished(TranscriptionSummary(duration: 2, language: "en"))]

    /// A folder that goes with the test.
    private final class Folder {
        let path: String

        init() {
            var template = Array("/tmp/martlet-transcribe-XXXXXX".utf8CString)
            mkdtemp(&template)
            path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        }

        func text(_ name: String) -> String? {
            guard let file = fopen("\(path)/\(name)", "r") else { return nil }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1000)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes[..<count], as: UTF8.self)
        }

        var names: Set<String> {
            guard let folder = opendir(path) else { return [] }
            defer { closedir(folder) }
            var names: Set<String> = []
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { names.insert(name) }
            }
            return names
        }

        deinit {
            for name in names { unlink("\(path)/\(name)") }
            rmdir(path)
        }
    }

    private func job(
        _ output: [String],
        start: @escaping @Sendable (String) throws -> [TranscriptionEvent] = { _ in TranscribeTests.events }
    ) throws -> TranscribeJob {
        let console = Console(
            inputIsTerminal: false, outputIsTerminal: false, errorIsTerminal: false, noColour: nil, term: nil)
        return TranscribeJob(
            start: { file in FakeFile(events: try start(file)) }, output: try TranscriptionOutputOptions.parse(output),
            console: console)
    }

    @Test("every file gets a result named after it, of the usual permissions")
    func results() async throws {
        let folder = Folder()
        let job = try job(["--format", "srt", "--output-dir", "\(folder.path)"])
        #expect(await job.run(["a.b.wav", "dir/c", "/x/.hidden"]) == .complete)
        #expect(folder.names == ["a.b.srt", "c.srt", ".hidden.srt"])
        let srt = "1\n00:00:00,000 --> 00:00:01,000\nOne.\n\n2\n00:00:01,000 --> 00:00:02,000\nTwo.\n\n"
        #expect(["a.b.srt", "c.srt", ".hidden.srt"].allSatisfy { folder.text($0) == srt })
        var status = stat()
        stat("\(folder.path)/c.srt", &status)
        let mask = umask(0)
        umask(mask)
        #expect(status.st_mode & 0o777 == 0o666 & ~mask)
    }

    @Test("a file that fails leaves no result and does not stop the others")
    func failures() async throws {
        let folder = Folder()
        let job = try job(["-f", "txt", "-o", folder.path]) { file in
            if file == "b.wav" { throw LLMError.invalidRequest(param: "file", message: "b.wav: damaged") }
            return file == "c.wav" ? [TranscribeTests.events[2]] : TranscribeTests.events
        }
        #expect(await job.run(["a.wav", "b.wav", "c.wav", "d.wav"]) == .someFailed)
        #expect(folder.names == ["a.txt", "d.txt"])
        #expect(folder.text("d.txt") == "One.\nTwo.\n")
    }

    @Test("being stopped is told from failing")
    func interruption() async throws {
        let job = try job(["-o", "/nowhere"]) { _ in throw CancellationError() }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await job.run(["a.wav"])
        }
        #expect(await task.value == .interrupted)
    }

    @Test("a folder that cannot be made fails every file")
    func noFolder() async throws {
        #expect(await (try job(["-o", "/dev/null/x"])).run(["a.wav"]) == .someFailed)
    }

    @Test("the model comes first or by flag, then the files")
    func arguments() throws {
        func accepts(_ arguments: String...) -> Bool { (try? TranscribeCommand.parse(arguments)) != nil }
        #expect(accepts("model", "a.wav") && accepts("model", "a.wav", "b.wav") && accepts("--model", "m", "a.wav"))
        #expect(!accepts() && !accepts("a.wav") && !accepts("--model", "m"))
        #expect(accepts("m", "a", "b", "--format", "json") && accepts("m", "a", "--format", "srt"))
        #expect(!accepts("m", "a", "b", "--format", "srt") && accepts("m", "a", "b", "--format", "srt", "-o", "d"))
        #expect(!accepts("m", "x/a.wav", "y/a.mp3", "-o", "d") && !accepts("m", "a", "--format", "xml"))
    }

    @Test("options become the model's")
    func options() throws {
        func options(_ arguments: String...) throws -> TranscriptionOptions {
            try TranscriptionCommandOptions.parse(arguments).options(seed: 7)
        }
        var expected = TranscriptionOptions()
        expected.seed = 7
        let plain = try options()
        #expect(zip(plain.temperatures, expected.temperatures).allSatisfy { abs($0 - $1) < 1e-6 })
        expected.temperatures = plain.temperatures
        #expect(plain == expected)
        #expect(try options("--temperature", "0.5", "--temperature-increment-on-fallback", "0").temperatures == [0.5])
        #expect(try options("--temperature-increment-on-fallback", "0.5").temperatures == [0, 0.5, 1])
        let other = try options(
            "--task", "translate", "--language", "de", "--no-vad-filter", "--word-timestamps", "--best-of", "2",
            "--condition-on-previous-text", "--initial-prompt", "p", "--vad-threshold", "0.25")
        #expect(other.task == .translate && other.language == "de" && !other.vadFilter && other.wordTimestamps)
        #expect(other.bestOf == 2 && other.conditionOnPreviousText && other.initialPrompt == "p")
        #expect(other.vadThreshold == 0.25)
        #expect(throws: (any Error).self) { try options("--temperature", "3") }
        #expect(throws: (any Error).self) { try options("--vad-threshold", "nan") }
    }

    @Test("progress is one line")
    func progress() {
        #expect(
            TranscribeProgress.line("d/talk.mp3", seconds: 900, of: 3600, elapsed: 30)
                == "talk.mp3 [#####...............] 15:00 of 1:00:00, 30.0x")
        #expect(TranscribeProgress.line("a", seconds: 61, of: nil, elapsed: 0) == "a 01:01")
        #expect(TranscribeProgress.line("a", seconds: 9, of: 2, elapsed: 0).hasPrefix("a [####################]"))
    }
}

private struct FakeFile: AsyncSequence, Sendable {
    typealias Element = TranscriptionEvent
    typealias Failure = LLMError

    let events: [TranscriptionEvent]

    func makeAsyncIterator() -> Iterator { Iterator(events: events[...]) }

    struct Iterator: AsyncIteratorProtocol {
        var events: ArraySlice<TranscriptionEvent>

        mutating func next() async throws(LLMError) -> TranscriptionEvent? { events.popFirst() }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> TranscriptionEvent? {
            events.popFirst()
        }
    }
}
