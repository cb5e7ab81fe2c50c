import ArgumentParser
import Martlet

/// `martlet transcribe`: what is said in audio files, as text or subtitles.
struct TranscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe",
        abstract: "Write down what is said in audio files.",
        discussion: """
            MODEL is a folder with a Whisper checkpoint, a whisper.cpp .bin file, a .gguf file or a hub name. With \
            --model all arguments are files. The text goes to the standard output; with --output-dir every file gets \
            one of its own, named after it. A file that cannot be read is reported and the others go on; the exit \
            status is then 1.

              martlet transcribe openai/whisper-base talk.mp3
              martlet transcribe ./ggml-base.bin *.wav --format srt --output-dir subtitles
              martlet transcribe --model openai/whisper-small --task translate --language de rede.flac
            """)

    @Argument(
        help: ArgumentHelp("The model, unless --model gives it, and the files.", valueName: "model and files"),
        completion: .file())
    var arguments: [String] = []

    @OptionGroup(title: "Model")
    var model: TranscriptionModelOptions

    @OptionGroup(title: "Output")
    var output: TranscriptionOutputOptions

    @OptionGroup(title: "Transcription")
    var transcription: TranscriptionCommandOptions

    @OptionGroup(title: "Audio")
    var audio: AudioOptions

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func validate() throws {
        guard model.model != nil || arguments.count != 1 else {
            throw ValidationError("the model comes before the files, or with --model; got only \(arguments[0])")
        }
        guard !files.isEmpty else { throw ValidationError("no audio file given") }
        try output.validate(files)
    }

    private var files: [String] { model.model == nil ? Array(arguments.dropFirst()) : arguments }

    mutating func run() async throws {
        var configuration = LLMConfiguration()
        model.apply(to: &configuration, name: model.model ?? arguments[0])
        engine.apply(to: &configuration)
        audio.apply(to: &configuration)
        configuration.transcription.maxConcurrentFiles = 1
        let console = Console.standard
        let interrupt = Interrupt()
        let loaded = try await load(configuration, console: console)
        let options = transcription.options(seed: engine.seed)
        let job = TranscribeJob(
            start: { try await loaded.transcribe(.file(path: $0), options: options) }, output: output, console: console)
        let files = files
        let task = Task { await job.run(files) }
        interrupt.stops { task.cancel() }
        let outcome = await task.value
        await loaded.shutDown()
        switch outcome {
        case .complete: break
        case .someFailed: throw ExitCode(1)
        case .interrupted: throw ExitCode(130)
        }
    }

    private func load(_ configuration: LLMConfiguration, console: Console) async throws -> TranscriptionModel {
        let line = ProgressLine(console: console)
        defer { line.clear() }
        return try await TranscriptionModel.load(configuration) { line.show($0) }
    }
}
