/// How a server listens, whom it lets in and what it refuses.
public struct ServerConfiguration: Sendable {
    /// Bounds on what one client may ask for.
    public struct Limits: Sendable {
        /// Most bytes of a request body.
        public var maxBodyBytes = 32 << 20
        /// Most bytes of an audio file; larger ones are refused with 400.
        public var maxAudioFileBytes = 512 << 20
        /// Most bytes of a request's headers.
        public var maxHeaderBytes = 64 << 10
        /// Most outputs of one request, all its prompts together.
        public var maxSequences = 128
        /// Most prompts of one completion request.
        public var maxPrompts = 64
        /// Most stop strings.
        public var maxStopStrings = 16
        /// Most alternatives per token.
        public var maxLogprobs = 20
        /// Most messages of one conversation.
        public var maxMessages = 4096
        /// Most open connections; more wait in the listen queue.
        public var maxConnections = 4096

        /// The defaults.
        public init() {}
    }

    /// The interface to listen on.
    public var host = "127.0.0.1"
    /// The port; 0 takes a free one.
    public var port = 8000
    /// Keys that open the server; none leaves it open. `/health` is always open.
    public var apiKeys: [String] = []
    /// Names of the model; empty: the name it was loaded under.
    public var servedModelNames: [String] = []
    /// Renders templates that come with requests; otherwise they are refused.
    public var trustRequestChatTemplate = false
    /// Leaves tools out of the prompt when a request's `tool_choice` is `none`.
    public var excludeToolsWhenToolChoiceNone = false
    /// Origins of web pages that may call the server; `*` is all, none is no page.
    public var allowedOrigins: [String] = []
    /// Bounds on requests.
    public var limits = Limits()
    /// How often a comment is sent into an idle stream; nil: never.
    public var sseKeepAliveInterval: Duration?
    /// How long an idle connection, or one with half a request, is kept.
    public var idleTimeout: Duration = .seconds(75)
    /// How long running requests may go on after SIGTERM before they are aborted.
    public var shutdownTimeout: Duration = .seconds(30)
    /// How long the engine may make no step while requests run before `/health` fails.
    public var stallTimeout: Duration = .seconds(60)
    /// Sends `X-Request-Id` back.
    public var enableRequestIDHeaders = false
    /// How often throughput is logged; nil: never.
    public var statisticsInterval: Duration? = .seconds(10)
    /// What `/version` says.
    public var version = "0.1.0"

    /// The defaults.
    public init() {}
}
