import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens, loads, serves and stops.
struct ServingService: Service {
    /// After the drain time requests get this long to send their last words before connections are cut.
    private static let abortGrace = Duration.seconds(5)

    let configuration: ServerConfiguration
    let logger: Logger
    let load: @Sendable () async throws -> [any ServedEngine]
    let onListening: @Sendable (_ port: Int) -> Void

    func run() async throws {
        let slot = EngineSlot()
        let inFlight = InFlightRequests()
        let listener = listener(slot: slot, inFlight: inFlight)
        do {
            try await withThrowingTaskGroup(of: Role.self) { group in
                group.addTask {
                    try await listener.run()
                    return .listener
                }
                group.addTask {
                    let engines = try await load()
                    try slot.fill(engines, modelNames: configuration.servedModelNames)
                    for engine in engines {
                        logger.debug("serving", metadata: ["model": .string(engine.servedModel.name)])
                    }
                    return .loader
                }
                group.addTask {
                    try await drain(slot: slot, inFlight: inFlight)
                    return .drainer
                }
                if let interval = configuration.statisticsInterval {
                    group.addTask {
                        await StatisticsLog(slot: slot, logger: logger).run(every: interval)
                        return .reporter
                    }
                }
                while let role = try await group.next() {
                    // The drainer only returns when draining was not enough.
                    if role == .listener || role == .drainer { break }
                }
                group.cancelAll()
            }
        } catch is CancellationError {
            logger.debug("cancelled")
        } catch {
            await shutDown(slot)
            throw error
        }
        await shutDown(slot)
    }

    private func shutDown(_ slot: EngineSlot) async {
        for ready in (try? slot.forReading()) ?? [] { await ready.engine.shutDown(drainTimeout: nil) }
    }

    private enum Role { case listener, loader, drainer, reporter }

    private func drain(slot: EngineSlot, inFlight: InFlightRequests) async throws {
        try await gracefulShutdown()
        slot.drain()
        logger.info("stopping", metadata: ["in_flight": .stringConvertible(inFlight.count)])
        try await Task.sleep(for: configuration.shutdownTimeout)
        logger.warning("aborting requests", metadata: ["in_flight": .stringConvertible(inFlight.count)])
        inFlight.finishAll()
        try await Task.sleep(for: Self.abortGrace)
    }

    private func listener(slot: EngineSlot, inFlight: InFlightRequests) -> any Service {
        let dispatcher = dispatcher(slot)
        // The owner of this server announces the address in its own words.
        var channelLogger = logger
        channelLogger.logLevel = max(logger.logLevel, .notice)
        let channel = MonitoredChannel(
            idleTimeout: configuration.idleTimeout, maxHeaderBytes: configuration.limits.maxHeaderBytes
        ) { request, writer, monitor in
            let lifetime = RequestLifetime()
            let id = inFlight.insert(lifetime)
            monitor.setCurrent(lifetime)
            defer {
                monitor.setCurrent(nil)
                inFlight.remove(id)
                lifetime.retire()
            }
            if request.headers[.expect]?.lowercased() == "100-continue", dispatcher.wantsBody(of: request) {
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            let response = await dispatcher.respond(to: request, lifetime: lifetime)
            try await writer.write(response: response.head, body: response.body)
        }
        return channel.server(
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: 1024,
                availableConnectionsDelegate: .maximum(configuration.limits.maxConnections, logger: channelLogger)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? configuration.port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: channelLogger)
    }

    /// What answers requests, also without a socket.
    func dispatcher(_ slot: EngineSlot) -> Dispatcher {
        Dispatcher(endpoints: endpoints(slot), configuration: configuration, logger: logger)
    }

    private func endpoints(_ slot: EngineSlot) -> [any Endpoint] {
        let stall = configuration.stallTimeout
        return [
            HealthEndpoint(path: "/health", method: .get, isOpen: true, slot: slot, stallTimeout: stall),
            HealthEndpoint(path: "/ping", method: .get, isOpen: false, slot: slot, stallTimeout: stall),
            HealthEndpoint(path: "/ping", method: .post, isOpen: false, slot: slot, stallTimeout: stall),
            VersionEndpoint(version: configuration.version), MetricsEndpoint(slot: slot), ModelsEndpoint(slot: slot),
            ModelEndpoint(slot: slot), TokenizeEndpoint(slot: slot, configuration: configuration),
            DetokenizeEndpoint(slot: slot), CompletionsEndpoint(slot: slot, configuration: configuration),
            ChatCompletionsEndpoint(slot: slot, configuration: configuration),
        ] + PoolingEndpoints.all(slot) + TranscriptionEndpoint.all(slot, configuration: configuration)
    }
}
