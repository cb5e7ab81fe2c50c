import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Serves one or several models over HTTP, as OpenAI's API with vLLM's extensions.
public struct Server: Sendable {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let load: @Sendable () async throws -> [any ServedEngine]

    /// A server for a loaded engine.
    public init(engine: any ServedEngine, configuration: ServerConfiguration, logger: Logger) {
        self.init(configuration: configuration, logger: logger) { engine }
    }

    /// A server that listens while its engine loads; until then all paths answer 503.
    public init(
        configuration: ServerConfiguration, logger: Logger,
        loading load: @escaping @Sendable () async throws -> any ServedEngine
    ) {
        self.init(configuration: configuration, logger: logger, loadingAll: { [try await load()] })
    }

    /// A server of several models, among which requests choose by name and by what they ask for.
    ///
    /// The configuration's `servedModelNames` are the first one's.
    public init(
        configuration: ServerConfiguration, logger: Logger,
        loadingAll load: @escaping @Sendable () async throws -> [any ServedEngine]
    ) {
        self.configuration = configuration
        self.logger = logger
        self.load = load
    }

    /// Serves until SIGTERM or SIGINT, then lets running requests finish within the configured time.
    ///
    /// `onListening` is given the bound port. **Throws** when the address cannot be bound or the engine not loaded.
    public func run(onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws {
        try await serviceGroup(stopsOnSignals: true, onListening: onListening).run()
    }

    /// The server as a service group, which tests stop by hand.
    func serviceGroup(
        stopsOnSignals: Bool, onListening: @escaping @Sendable (_ port: Int) -> Void
    ) -> ServiceGroup {
        let service = ServingService(
            configuration: configuration, logger: logger, load: load, onListening: onListening)
        var groupConfiguration = ServiceGroupConfiguration(
            services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: stopsOnSignals ? [.sigterm, .sigint] : [], logger: logger)
        groupConfiguration.logging.keys = .init()
        return ServiceGroup(configuration: groupConfiguration)
    }
}
