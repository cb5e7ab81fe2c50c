import HTTPTypes
import Logging
import Martlet
import MartletServer
import ServiceLifecycle

@testable import MartletServer

/// A server on a free loopback port.
struct TestServer: Sendable {
    let port: Int
    private let group: ServiceGroup

    /// Serves while `body` runs, then stops gracefully and waits until everything is closed.
    static func run<Value: Sendable>(
        _ engine: FakeEngine, _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        try await run(loading: { engine }, configure, body)
    }

    /// The same with an engine that loads.
    static func run<Value: Sendable>(
        loading load: @escaping @Sendable () async throws -> any ServedEngine,
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.shutdownTimeout = .seconds(20)
        configure(&configuration)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let group = Server(configuration: configuration, logger: logger, loading: load)
            .serviceGroup(stopsOnSignals: false) { port in continuation.yield(port) }
        async let serving: Void = group.run()
        var iterator = ports.makeAsyncIterator()
        let server = TestServer(port: await iterator.next() ?? 0, group: group)
        do {
            let value = try await body(server)
            await group.triggerGracefulShutdown()
            try await serving
            return value
        } catch {
            await group.triggerGracefulShutdown()
            try await serving
            throw error
        }
    }

    /// Asks the server to stop.
    func stop() async { await group.triggerGracefulShutdown() }

    /// Opens a connection, runs `body` and closes it.
    func connect<Value: Sendable>(
        _ body: @escaping @Sendable (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        try await RawConnection.open(port: port, body)
    }
}
