import HTTPTypes
import HummingbirdCore
import Logging
import Martlet
import MartletJSON

/// Turns a request's events into the bytes of its stream.
protocol StreamEncoder: Sendable {
    /// The chunks an event makes; may be none.
    func chunks(for event: GenerationEvent, prompt: Int) -> [UInt8]
    /// What follows the last event, such as the usage.
    func closing() -> [UInt8]
}

extension HTTPCall {
    /// Runs `operation` until the client goes or the server stops.
    func generate<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        do {
            return try await lifetime.cancelling(operation)
        } catch let error as APIError {
            throw error
        } catch {
            throw .shuttingDown
        }
    }

    /// Streams a run's events; an error becomes the last event before `[DONE]`.
    func stream(
        _ run: GenerationRun, configuration: ServerConfiguration, encoder: some StreamEncoder
    ) -> Response {
        let logger = logger
        return ServerSentEvents.response(
            lifetime: lifetime, keepAliveInterval: configuration.sseKeepAliveInterval
        ) { feed in
            do throws(APIError) {
                try await run.forEach { prompt, event in
                    let chunks = encoder.chunks(for: event, prompt: prompt)
                    if !chunks.isEmpty { feed.append(chunks) }
                    await feed.waitForRoom()
                }
                feed.append(encoder.closing())
            } catch {
                logger.debug("stream ended early: \(error.message)")
                feed.append(ServerSentEvents.event(error.body))
            }
            feed.append(ServerSentEvents.done)
        }
    }
}

extension Response {
    /// Names the request fields that had no effect.
    mutating func reportIgnored(_ fields: [String], logger: Logger) {
        guard !fields.isEmpty else { return }
        logger.debug("ignored request fields: \(fields.joined(separator: ", "))")
        let printable = fields.map { field in
            String(
                String.UnicodeScalarView(
                    field.unicodeScalars.map { $0.isASCII && $0.value > 0x20 && $0 != "," ? $0 : "?" }))
        }
        headers[.ignoredFields] = String(printable.joined(separator: ", ").prefix(1024))
    }
}
