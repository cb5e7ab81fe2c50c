import Glibc
import Synchronization

@testable import MartletHub

/// A hub with one repository, org/model, and a second host where its large files are stored.
final class FakeHub: Sendable {
    static let commit = String(repeating: "0123456789", count: 4)

    struct Behaviour: Sendable {
        var files: [String: [UInt8]] = [:]
        /// Answer to everything under /api or /resolve instead of the normal one.
        var failure: LoopbackServer.Response?
        /// Tokens other than this one are refused.
        var token: String?
        /// The first download of every large file ends after so many bytes.
        var cutFirstAfter: Int?
        var knowsRanges = true
        /// Announces this instead of the large files' SHA-256.
        var falseHash: String?
        /// Announces a redirect to plain text hosts outside of http and https.
        var location: String?
        var listsSizes = true
    }

    let hub: LoopbackServer
    let storage: LoopbackServer

    init(_ behaviour: Behaviour) {
        let downloads = Mutex<[String: Int]>([:])
        let box = Box(downloads)
        let storage = LoopbackServer { request in
            let name = String(request.target.dropFirst("/blob/".count))
            let number = box.count(name)
            return Self.file(behaviour.files[name] ?? [], request, behaviour, isFirst: number == 1)
        }
        self.storage = storage
        let storagePort = storage.port
        hub = LoopbackServer { request in
            if let failure = behaviour.failure { return failure }
            if let token = behaviour.token, request.headers["authorization"] != "Bearer \(token)" {
                return LoopbackServer.Response(status: 401, headers: [("X-Error-Code", "GatedRepo")])
            }
            if request.target.hasPrefix("/api/models/org/model/revision/main") {
                return LoopbackServer.Response(body: Array(Self.listing(behaviour).utf8))
            }
            let prefix = "/org/model/resolve/\(Self.commit)/"
            guard request.target.hasPrefix(prefix),
                let bytes = behaviour.files[String(request.target.dropFirst(prefix.count))]
            else { return LoopbackServer.Response(status: 404, headers: [("X-Error-Code", "EntryNotFound")]) }
            let name = String(request.target.dropFirst(prefix.count))
            guard name.hasSuffix(".safetensors") || name.hasSuffix(".gguf") else {
                return LoopbackServer.Response(headers: [("ETag", "\"\(Self.etag(name))\"")], body: bytes)
            }
            return LoopbackServer.Response(
                status: 302,
                headers: [
                    ("X-Linked-Etag", "\"\(behaviour.falseHash ?? Self.hash(bytes))\""),
                    ("X-Linked-Size", "\(bytes.count)"),
                    ("Location", behaviour.location ?? "http://localhost:\(storagePort)/blob/\(name)"),
                ], body: Array("moved".utf8))
        }
    }

    var endpoint: String { "http://127.0.0.1:\(hub.port)" }

    static func etag(_ name: String) -> String { String(hash(Array(name.utf8)).prefix(40)) }

    static func hash(_ bytes: [UInt8]) -> String {
        var digest = SHA256()
        bytes.withUnsafeBytes { digest.update($0) }
        return digest.finish()
    }

    private final class Box: Sendable {
        private let counts: Mutex<[String: Int]>
        init(_ counts: consuming sending Mutex<[String: Int]>) { self.counts = counts }
        func count(_ name: String) -> Int {
            counts.withLock {
                $0[name, default: 0] += 1
                return $0[name]!
            }
        }
    }

    private static func listing(_ behaviour: Behaviour) -> String {
        let siblings = behaviour.files.sorted { $0.key < $1.key }.map { name, bytes in
            "{\"rfilename\": \"\(name)\"" + (behaviour.listsSizes ? ", \"size\": \(bytes.count)}" : "}")
        }
        return "{\"sha\": \"\(commit)\", \"siblings\": [\(siblings.joined(separator: ","))]}"
    }

    private static func file(
        _ bytes: [UInt8], _ request: LoopbackServer.Request, _ behaviour: Behaviour, isFirst: Bool
    ) -> LoopbackServer.Response {
        var response = LoopbackServer.Response(body: bytes)
        if behaviour.knowsRanges, let range = request.headers["range"],
            let start = Int(range.dropFirst("bytes=".count).dropLast()), start < bytes.count
        {
            response.status = 206
            response.headers = [("Content-Range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")]
            response.body = Array(bytes[start...])
        }
        if isFirst { response.cutAfter = behaviour.cutFirstAfter }
        return response
    }
}

/// A folder that is removed with everything in it when this object goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/martlet-hub-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        for name in FileSystem.names(in: path) {
            if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        }
        rmdir(path)
    }
}
