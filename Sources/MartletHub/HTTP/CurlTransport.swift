import Glibc

/// Requests through libcurl, one after the other on one kept-alive connection per host.
final class CurlTransport: HTTPTransport {
    private let library: CurlLibrary
    private let handle: CurlLibrary.Handle
    private let noProxy: String
    private let cancellation: Cancellation

    /// Seconds without a byte after which a transfer counts as broken.
    private static let stallSeconds = 60
    private static let connectSeconds = 20
    /// curl.h `CURLPROTO_HTTP | CURLPROTO_HTTPS`.
    private static let webProtocols = 3
    /// curl.h `CURL_ERROR_SIZE`.
    private static let errorSize = 256

    init(library: CurlLibrary, noProxy: String, cancellation: Cancellation) throws(HubError) {
        guard let handle = library.easyInit() else { throw .missingLibrary("libcurl could not be initialised") }
        self.library = library
        self.handle = handle
        self.noProxy = noProxy
        self.cancellation = cancellation
    }

    deinit { library.easyCleanup(handle) }

    /// What the callbacks of one transfer work on.
    private struct Transfer {
        var response = HTTPResponse(status: 0)
        var failure: HubError?
        let cancellation: Cancellation
        let body: (HTTPResponse, UnsafeRawBufferPointer) throws(HubError) -> Void
    }

    func send(
        _ request: HTTPRequest, body: (HTTPResponse, UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) -> HTTPResponse {
        let result = withoutActuallyEscaping(body) { body in
            var transfer = Transfer(cancellation: cancellation, body: body)
            let failure = withUnsafeMutablePointer(to: &transfer) { perform(request, $0) }
            // The reason a callback stopped the transfer tells more than curl's "callback aborted".
            return (transfer.failure ?? failure, transfer.response)
        }
        if cancellation.isCancelled { throw .cancelled }
        if let failure = result.0 { throw failure }
        return result.1
    }

    private func perform(_ request: HTTPRequest, _ transfer: UnsafeMutablePointer<Transfer>) -> HubError? {
        typealias Option = CurlLibrary.Option
        library.easyReset(handle)
        var headers: UnsafeMutableRawPointer?
        for (name, value) in request.headers { headers = library.listAppend(headers, "\(name): \(value)") }
        defer { library.listFree(headers) }
        var reason = [CChar](repeating: 0, count: Self.errorSize)
        let code = reason.withUnsafeMutableBufferPointer { reason -> Int32 in
            setText(Option.url, request.url.description)
            setText(Option.userAgent, "martlet")
            setText(Option.noProxy, noProxy.isEmpty ? Self.loopback : "\(noProxy),\(Self.loopback)")
            setInteger(Option.noBody, request.method == .head ? 1 : 0)
            setInteger(Option.noSignal, 1)
            setInteger(Option.protocols, Self.webProtocols)
            setInteger(Option.connectTimeout, Self.connectSeconds)
            setInteger(Option.lowSpeedLimit, 1)
            setInteger(Option.lowSpeedTime, Self.stallSeconds)
            setInteger(Option.noProgress, 0)
            setPointer(Option.httpHeader, headers)
            setPointer(Option.errorBuffer, reason.baseAddress)
            setPointer(Option.headerData, transfer)
            setPointer(Option.writeData, transfer)
            setPointer(Option.progressData, transfer)
            _ = library.setCallback(handle, Option.headerFunction, Self.receiveHeader)
            _ = library.setCallback(handle, Option.writeFunction, Self.receiveBody)
            _ = library.setProgress(handle, Option.progressFunction, Self.checkCancellation)
            return library.easyPerform(handle)
        }
        guard code != 0 else { return nil }
        let general = library.errorText(code).map { String(cString: $0) } ?? "error \(code)"
        let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return .network("\(request.url): \(text.isEmpty ? general : text)")
    }

    private static let loopback = "localhost,127.0.0.1,::1"

    private func setInteger(_ option: Int32, _ value: Int) { _ = library.setInteger(handle, option, value) }

    private func setPointer(_ option: Int32, _ value: UnsafeRawPointer?) {
        _ = library.setPointer(handle, option, value)
    }

    /// curl copies the text.
    private func setText(_ option: Int32, _ value: String) { value.withCString { setPointer(option, $0) } }

    // MARK: Callbacks

    private static let receiveHeader: CurlLibrary.Callback = { pointer, size, count, context in
        guard let pointer, let transfer = context?.assumingMemoryBound(to: Transfer.self) else { return 0 }
        let line = String(
            decoding: UnsafeRawBufferPointer(start: pointer, count: size * count), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            let status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            transfer.pointee.response = HTTPResponse(status: status ?? 0)
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...]
            transfer.pointee.response.headers[line[..<colon].lowercased()] = value.trimmed
        }
        return size * count
    }

    private static let receiveBody: CurlLibrary.Callback = { pointer, size, count, context in
        guard let pointer, let transfer = context?.assumingMemoryBound(to: Transfer.self) else { return 0 }
        do throws(HubError) {
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size * count)
            try transfer.pointee.body(transfer.pointee.response, bytes)
            return size * count
        } catch {
            transfer.pointee.failure = error
            return -1
        }
    }

    private static let checkCancellation: CurlLibrary.ProgressCallback = { context, _, _, _, _ in
        guard let transfer = context?.assumingMemoryBound(to: Transfer.self) else { return 1 }
        return transfer.pointee.cancellation.isCancelled ? 1 : 0
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
