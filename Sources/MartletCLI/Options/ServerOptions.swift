import ArgumentParser
import MartletServer

/// How the server listens; spelled as vLLM's flags.
struct ServerOptions: ParsableArguments {
    @Option(help: "Interface to listen on; 0.0.0.0 is all of them, which is vLLM's default but not ours.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port: UInt16 = 8000

    @Option(
        help: ArgumentHelp(
            "Key clients must send; may be repeated (default: MARTLET_API_KEY or VLLM_API_KEY).", valueName: "key"))
    var apiKey: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Names clients may use for the model.", valueName: "name"))
    var servedModelName: [String] = []

    @Option(help: ArgumentHelp("Web page origin that may call the server, or *; may be repeated.", valueName: "origin"))
    var allowedOrigins: [String] = []

    @Option(
        help: ArgumentHelp(
            "Most alternatives per token a request may ask for; -1 is the whole vocabulary.", valueName: "n"))
    var maxLogprobs = 20

    @Option(help: ArgumentHelp("How long running requests may go on after SIGTERM.", valueName: "seconds"))
    var shutdownTimeout: UInt = 30

    @Option(help: ArgumentHelp("Send a comment into idle streams this often (default: never).", valueName: "seconds"))
    var sseKeepAliveInterval: UInt?

    @Flag(help: "Send X-Request-Id back.")
    var enableRequestIdHeaders = false

    @Flag(help: "Do not log throughput.")
    var disableLogStats = false

    @Flag(help: "Log refused and failed requests with their reasons.")
    var enableLogRequests = false

    mutating func validate() throws {
        guard maxLogprobs >= -1 else { throw ValidationError("--max-logprobs must be -1 or more") }
    }

    /// The server's configuration.
    var configuration: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = Int(port)
        configuration.apiKeys = apiKey.isEmpty ? Environment.apiKeys : apiKey
        configuration.servedModelNames = servedModelName
        configuration.allowedOrigins = allowedOrigins
        if maxLogprobs >= 0 { configuration.limits.maxLogprobs = maxLogprobs }
        configuration.shutdownTimeout = .seconds(Int(shutdownTimeout))
        configuration.sseKeepAliveInterval = sseKeepAliveInterval.map { .seconds(Int($0)) }
        configuration.enableRequestIDHeaders = enableRequestIdHeaders
        configuration.statisticsInterval = disableLogStats ? nil : configuration.statisticsInterval
        configuration.version = MartletCommand.version
        return configuration
    }
}
