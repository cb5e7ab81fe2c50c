import Logging
import MartletServer

// martlet-replay PORT: a server that answers with what it is sent.
var configuration = ServerConfiguration()
configuration.port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8000
try await Server(configuration: configuration, logger: Logger(label: "replay")) { ReplayEngine() }.run()
