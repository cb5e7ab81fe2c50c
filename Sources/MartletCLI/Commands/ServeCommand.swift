import ArgumentParser
import Logging
import Martlet
import MartletServer

/// `martlet serve`: the OpenAI API over HTTP.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a model over the OpenAI API.",
        discussion: """
            Listens at once; until the model is loaded, /health and the other paths answer 503. SIGTERM and \
            Ctrl-C let running requests finish within --shutdown-timeout.

              martlet serve ./model.gguf --port 8000
              martlet serve Qwen/Qwen3-0.6B --max-model-len 8K --api-key secret

              curl http://127.0.0.1:8000/v1/chat/completions -H 'Content-Type: application/json' \\
                -d '{"messages": [{"role": "user", "content": "Hello"}]}'
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @OptionGroup(title: "Server")
    var server: ServerOptions

    @OptionGroup(title: "Defaults")
    var defaults: GenerationDefaultOptions

    @OptionGroup(title: "Chat template")
    var template: ChatTemplateOptions

    @OptionGroup(title: "Tools and reasoning")
    var parsers: OutputParserOptions

    @OptionGroup(title: "Structured output")
    var structured: StructuredOutputOptions

    @OptionGroup(title: "Embeddings and scores")
    var pooling: PoolingCommandOptions

    @Option(
        help: ArgumentHelp(
            "A Whisper model to serve beside the model, for /v1/audio (MODEL itself may be one).", valueName: "model"),
        completion: .file())
    var transcriptionModel: String?

    @OptionGroup(title: "Audio")
    var audio: AudioOptions

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func run() async throws {
        var configuration = LLMConfiguration()
        model.apply(to: &configuration)
        engine.apply(to: &configuration)
        pooling.apply(to: &configuration)
        audio.apply(to: &configuration)
        defaults.apply(to: &configuration)
        try template.apply(to: &configuration)
        parsers.apply(to: &configuration)
        structured.apply(to: &configuration)
        configuration.servedModelName = server.servedModelName.first
        configuration.maxLogprobs = server.maxLogprobs
        let console = Console.standard
        model.announce(on: console)

        var logger = Logger(label: "martlet") { StderrLogHandler(label: $0) }
        logger.logLevel = server.enableLogRequests ? .debug : .info
        var serverConfiguration = server.configuration
        parsers.apply(to: &serverConfiguration)
        audio.apply(to: &serverConfiguration)
        if serverConfiguration.host != "127.0.0.1", serverConfiguration.host != "::1",
            serverConfiguration.host != "localhost", serverConfiguration.apiKeys.isEmpty
        {
            console.err(
                "martlet: warning: anybody who reaches \(serverConfiguration.host) can use this server; "
                    + "--api-key asks for a key\n")
        }
        let loading = configuration
        let second = transcriptionConfiguration
        let log = ServeLog(logger: logger)
        let instance = Server(
            configuration: serverConfiguration, logger: logger,
            loadingAll: {
                var models = [try await Self.load(loading, log: log)]
                if let second {
                    let start = ContinuousClock.now
                    let model = try await TranscriptionModel.load(second)
                    log.ready(model, seconds: (ContinuousClock.now - start).seconds)
                    models.append(model)
                }
                return models
            })

        try await instance.run()
    }

    /// The second model's; what is said of the first one's cache and length does not count for it.
    private var transcriptionConfiguration: LLMConfiguration? {
        guard let transcriptionModel else { return nil }
        var configuration = LLMConfiguration()
        engine.apply(to: &configuration)
        audio.apply(to: &configuration)
        configuration.model = transcriptionModel
        configuration.downloadDirectory = model.downloadDir
        configuration.environment = Environment.hub
        configuration.maxModelLen = nil
        configuration.kvCacheMemoryBytes = nil
        return configuration
    }

    private static func load(_ configuration: LLMConfiguration, log: ServeLog) async throws -> any ServedEngine {
        let start = ContinuousClock.now
        let loaded = try await LoadedModel.load(configuration)
        let seconds = (ContinuousClock.now - start).seconds
        switch loaded {
        case .generation(let llm):
            log.ready(llm, seconds: seconds)
            return llm
        case .pooling(let model):
            log.ready(model, seconds: seconds)
            return model
        case .transcription(let model):
            log.ready(model, seconds: seconds)
            return model
        }
    }
}
