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

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func run() async throws {
        var configuration = LLMConfiguration()
        model.apply(to: &configuration)
        engine.apply(to: &configuration)
        pooling.apply(to: &configuration)
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
        if serverConfiguration.host != "127.0.0.1", serverConfiguration.host != "::1",
            serverConfiguration.host != "localhost", serverConfiguration.apiKeys.isEmpty
        {
            console.err(
                "martlet: warning: anybody who reaches \(serverConfiguration.host) can use this server; "
                    + "--api-key asks for a key\n")
        }
        let loading = configuration
        let log = logger
        let instance = Server(configuration: serverConfiguration, logger: logger) {
            let start = ContinuousClock.now
            let loaded = try await LoadedModel.load(loading)
            let seconds = (ContinuousClock.now - start).seconds
            switch loaded {
            case .generation(let llm):
                ServeLog(logger: log).ready(llm, seconds: seconds)
                return llm
            case .pooling(let model):
                ServeLog(logger: log).ready(model, seconds: seconds)
                return model
            case .transcription(let model):
                throw LLMError.unsupported("\(model.info.origin): `martlet serve` does not transcribe")
            }
        }

        try await instance.run()
    }
}
