import Glibc
import Synchronization
import Testing

@testable import MartletHub

/// True where downloads can be tested at all.
private let hasCurl = if case .success = CurlLibrary.shared { true } else { false }

@Suite(.enabled(if: hasCurl)) struct HubDownloaderTests {
    private let folder = TemporaryFolder()
    private let weights = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    private func behaviour() -> FakeHub.Behaviour {
        var behaviour = FakeHub.Behaviour()
        behaviour.files = [
            "config.json": Array(#"{"a": 1}"#.utf8), "tokenizer.json": Array("{}".utf8), "model.safetensors": weights,
            "README.md": Array("no".utf8),
        ]
        return behaviour
    }

    private func downloader(_ endpoint: String, token: String? = nil, isOffline: Bool = false) -> HubDownloader {
        var environment = HubEnvironment(cacheDirectory: folder.path)
        environment.endpoint = endpoint
        environment.token = token
        environment.isOffline = isOffline
        return HubDownloader(environment: environment, policy: RetryPolicy(maxAttempts: 2, delay: .zero))
    }

    private func download(
        _ hub: FakeHub, _ name: String = "org/model", token: String? = nil,
        progress: @escaping @Sendable (HubProgress) -> Void = { _ in }
    ) async throws -> HubSnapshot {
        try await downloader(hub.endpoint, token: token).snapshot(of: HubModelName(name), progress: progress)
    }

    private func bytes(_ path: String) -> [UInt8] {
        guard let size = FileSystem.size(of: path), let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        return [UInt8](unsafeUninitializedCapacity: size) { $1 = fread($0.baseAddress, 1, size, file) }
    }

    private var incomplete: String {
        "\(folder.path)/models--org--model/blobs/\(FakeHub.hash(weights)).incomplete"
    }

    @Test("A model is downloaded into the layout of huggingface_hub, and found there offline")
    func wholeModel() async throws {
        let hub = FakeHub(behaviour())
        let last = Mutex<HubProgress?>(nil)
        let box = Holder(last)
        let snapshot = try await download(hub) { progress in box.value.withLock { $0 = progress } }
        #expect(snapshot.directory == "\(folder.path)/models--org--model/snapshots/\(FakeHub.commit)")
        #expect(snapshot.modelPath == snapshot.directory)
        #expect(bytes("\(snapshot.directory)/model.safetensors") == weights)
        #expect(FileSystem.names(in: snapshot.directory) == ["config.json", "model.safetensors", "tokenizer.json"])
        #expect(FileSystem.text(of: "\(folder.path)/models--org--model/refs/main") == FakeHub.commit)
        #expect(
            FileSystem.names(in: "\(folder.path)/models--org--model/blobs")
                == [FakeHub.etag("config.json"), FakeHub.etag("tokenizer.json"), FakeHub.hash(weights)].sorted())
        var link = [CChar](repeating: 0, count: 256)
        #expect(readlink("\(snapshot.directory)/model.safetensors", &link, 255) > 0)
        #expect(
            String(decoding: link.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                == "../../blobs/\(FakeHub.hash(weights))")
        let total = weights.count + 8 + 2
        #expect(
            box.value.withLock { $0 }
                == HubProgress(
                    file: "model.safetensors", fileIndex: 2, numFiles: 3, completedBytes: total, totalBytes: total))
        let offline = try await downloader("http://127.0.0.1:1", isOffline: true).snapshot(
            of: HubModelName("org/model"))
        #expect(offline == snapshot)
    }

    private final class Holder: Sendable {
        let value: Mutex<HubProgress?>
        init(_ value: consuming sending Mutex<HubProgress?>) { self.value = value }
    }

    @Test("What is in the cache is not downloaded again")
    func cached() async throws {
        let hub = FakeHub(behaviour())
        _ = try await download(hub)
        let before = hub.storage.requests.count
        _ = try await download(hub)
        #expect(hub.storage.requests.count == before)
    }

    @Test("A hub that cannot be reached does not matter when the model is in the cache")
    func unreachable() async throws {
        let snapshot = try await download(FakeHub(behaviour()))
        let dead = downloader("http://127.0.0.1:1")
        #expect(try await dead.snapshot(of: HubModelName("org/model")) == snapshot)
        await #expect {
            try await dead.snapshot(of: HubModelName("org/other"))
        } throws: { if case HubError.network = $0 { true } else { false } }
    }

    @Test("Offline without the model says so")
    func offline() async throws {
        await #expect {
            try await downloader("http://127.0.0.1:1", isOffline: true).snapshot(of: HubModelName("org/model"))
        } throws: { "\($0)".contains("HF_HUB_OFFLINE") }
    }

    @Test("A cut connection is resumed where it broke")
    func resume() async throws {
        var behaviour = behaviour()
        behaviour.cutFirstAfter = 100_000
        let hub = FakeHub(behaviour)
        let snapshot = try await download(hub)
        #expect(bytes("\(snapshot.directory)/model.safetensors") == weights)
        #expect(hub.storage.requests.map { $0.headers["range"] } == [nil, "bytes=100000-"])
        #expect(!FileSystem.exists(incomplete))
    }

    @Test("A later run goes on with what an earlier one left, and hashes all of it")
    func resumeLater() async throws {
        try FileSystem.createFolder(of: incomplete)
        let left = try BlobFile(path: incomplete, isHashed: false)
        try weights[..<5000].withUnsafeBytes { try left.append($0) }
        let hub = FakeHub(behaviour())
        let snapshot = try await download(hub)
        #expect(bytes("\(snapshot.directory)/model.safetensors") == weights)
        #expect(hub.storage.requests.map { $0.headers["range"] } == ["bytes=5000-"])
    }

    @Test("A server without ranges sends everything again")
    func noRanges() async throws {
        var behaviour = behaviour()
        behaviour.cutFirstAfter = 100_000
        behaviour.knowsRanges = false
        let snapshot = try await download(FakeHub(behaviour))
        #expect(bytes("\(snapshot.directory)/model.safetensors") == weights)
    }

    @Test("A file that was complete but for its name is not fetched again")
    func completeButUnnamed() async throws {
        try FileSystem.createFolder(of: incomplete)
        let left = try BlobFile(path: incomplete, isHashed: false)
        try weights.withUnsafeBytes { try left.append($0) }
        let hub = FakeHub(behaviour())
        let snapshot = try await download(hub)
        #expect(bytes("\(snapshot.directory)/model.safetensors") == weights)
        #expect(hub.storage.requests.isEmpty)
    }

    @Test("A wrong checksum is an error and leaves nothing behind")
    func checksum() async throws {
        var behaviour = behaviour()
        behaviour.falseHash = String(repeating: "a", count: 64)
        await #expect {
            try await download(FakeHub(behaviour))
        } throws: { if case HubError.corrupted(let message) = $0 { message.contains("SHA-256") } else { false } }
        let blobs = FileSystem.names(in: "\(folder.path)/models--org--model/blobs")
        #expect(!blobs.contains { $0.hasPrefix("aaaa") })
        #expect(!FileSystem.exists("\(folder.path)/models--org--model/refs/main"))
    }

    @Test("The token goes to the hub and to no other host")
    func token() async throws {
        var behaviour = behaviour()
        behaviour.token = "hf_secret"
        let hub = FakeHub(behaviour)
        _ = try await download(hub, token: "hf_secret")
        #expect(hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(hub.storage.requests.count == 1)
        #expect(hub.storage.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test(
        "Refusals say what to do",
        arguments: [
            (401, "GatedRepo", "gated"), (403, "GatedRepo", "gated"), (401, "RepoNotFound", "set HF_TOKEN"),
            (401, "", "set HF_TOKEN"), (403, "", "access refused"),
        ])
    func refusals(status: Int, code: String, expected: String) async throws {
        var behaviour = behaviour()
        behaviour.failure = .init(status: status, headers: [("X-Error-Code", code)])
        await #expect {
            try await download(FakeHub(behaviour))
        } throws: { if case HubError.unauthorized(let message) = $0 { message.contains(expected) } else { false } }
    }

    @Test("What the hub does not have is not found", arguments: ["RepoNotFound", "RevisionNotFound", ""])
    func notFound(code: String) async throws {
        var behaviour = behaviour()
        behaviour.failure = .init(status: 404, headers: [("X-Error-Code", code)])
        await #expect {
            try await download(FakeHub(behaviour))
        } throws: { if case HubError.notFound(let message) = $0 { message.contains("org/model") } else { false } }
    }

    @Test("A broken server is tried again, then given up")
    func serverErrors() async throws {
        var behaviour = behaviour()
        behaviour.failure = .init(status: 503)
        let hub = FakeHub(behaviour)
        await #expect {
            try await download(hub)
        } throws: { if case HubError.network(let message) = $0 { message.contains("503") } else { false } }
        #expect(hub.hub.requests.count == 2)
    }

    @Test(
        "Answers that are no answers are refused",
        arguments: [
            "", "[]", "{}", #"{"sha": "x", "siblings": []}"#,
            #"{"sha": "../../../../../../../../../../../../../..", "siblings": []}"#,
            "{\"sha\": \"\(FakeHub.commit)\", \"siblings\": [{\"rfilename\": \"../x.gguf\"}]}",
            "{\"sha\": \"\(FakeHub.commit)\", \"siblings\": [{\"rfilename\": \"/x.gguf\"}]}",
            "{\"sha\": \"\(FakeHub.commit)\", \"siblings\": [{}]}",
        ])
    func badListings(text: String) async throws {
        var behaviour = behaviour()
        behaviour.failure = .init(body: Array(text.utf8))
        await #expect {
            try await download(FakeHub(behaviour))
        } throws: { if case HubError.badResponse = $0 { true } else { false } }
    }

    @Test("Redirects in circles and to nowhere end", arguments: ["/org/model/resolve/x", "gopher://x/", "/api/models"])
    func redirects(location: String) async throws {
        var behaviour = behaviour()
        behaviour.failure = .init(status: 302, headers: [("Location", location)])
        await #expect(throws: HubError.self) { try await download(FakeHub(behaviour)) }
    }

    @Test("A GGUF file is chosen by its tag")
    func gguf() async throws {
        var behaviour = FakeHub.Behaviour()
        behaviour.files = ["m.Q4_0.gguf": Array("one".utf8), "m.Q8_0.gguf": Array("two".utf8)]
        let snapshot = try await download(FakeHub(behaviour), "org/model:Q8_0")
        #expect(snapshot.modelPath == "\(snapshot.directory)/m.Q8_0.gguf")
        #expect(bytes(snapshot.modelPath) == Array("two".utf8))
        #expect(FileSystem.names(in: snapshot.directory) == ["m.Q8_0.gguf"])
    }

    @Test("A ggml file is all its model needs, also offline")
    func ggml() async throws {
        var behaviour = FakeHub.Behaviour()
        behaviour.files = ["ggml-base.bin": Array("one".utf8), "ggml-tiny.en.bin": Array("two".utf8)]
        let snapshot = try await download(FakeHub(behaviour), "org/model:tiny.en")
        #expect(snapshot.modelPath == "\(snapshot.directory)/ggml-tiny.en.bin")
        #expect(bytes(snapshot.modelPath) == Array("two".utf8))
        #expect(FileSystem.names(in: snapshot.directory) == ["ggml-tiny.en.bin"])
        let offline = try await downloader("http://127.0.0.1:1", isOffline: true).snapshot(
            of: HubModelName("org/model:tiny.en"))
        #expect(offline == snapshot)
    }

    @Test("An interrupted model in the cache does not count as one")
    func halfAModel() async throws {
        var behaviour = behaviour()
        behaviour.falseHash = String(repeating: "a", count: 64)
        _ = try? await download(FakeHub(behaviour))
        try FileSystem.write(FakeHub.commit, to: "\(folder.path)/models--org--model/refs/main")
        #expect(try downloader("http://127.0.0.1:1").cached(HubModelName("org/model")) == nil)
    }

    @Test("Models in several files count only with all of them")
    func parts() throws {
        let snapshot = "\(folder.path)/models--org--model/snapshots/\(FakeHub.commit)"
        let downloader = downloader("http://127.0.0.1:1")
        let name = try HubModelName("org/model")
        func cached() -> String? { downloader.cached(name, revision: FakeHub.commit)?.modelPath }
        try FileSystem.write("x", to: "\(snapshot)/m-00001-of-00002.gguf")
        #expect(cached() == nil)
        try FileSystem.write("x", to: "\(snapshot)/m-00002-of-00002.gguf")
        #expect(cached() == "\(snapshot)/m-00001-of-00002.gguf")
        try FileSystem.write("{}", to: "\(snapshot)/config.json")
        let index = #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#
        try FileSystem.write(index, to: "\(snapshot)/model.safetensors.index.json")
        try FileSystem.write("x", to: "\(snapshot)/model-1.safetensors")
        #expect(cached() == nil)
        try FileSystem.write("x", to: "\(snapshot)/model-2.safetensors")
        #expect(cached() == snapshot)
    }

    @Test("Models as Mistral writes them count without config.json, and only with all parts")
    func mistralParts() throws {
        let snapshot = "\(folder.path)/models--org--model/snapshots/\(FakeHub.commit)"
        let downloader = downloader("http://127.0.0.1:1")
        let name = try HubModelName("org/model")
        func cached(_ form: HubModelForm) -> String? {
            downloader.cached(name, revision: FakeHub.commit, form: form)?.modelPath
        }
        try FileSystem.write("{}", to: "\(snapshot)/params.json")
        let index = #"{"weight_map": {"a": "consolidated-1.safetensors", "b": "consolidated-2.safetensors"}}"#
        try FileSystem.write(index, to: "\(snapshot)/consolidated.safetensors.index.json")
        try FileSystem.write("x", to: "\(snapshot)/consolidated-1.safetensors")
        #expect(cached(.auto) == nil)
        try FileSystem.write("x", to: "\(snapshot)/consolidated-2.safetensors")
        #expect(cached(.auto) == snapshot)
        #expect(cached(.mistral) == snapshot)
    }

    @Test("A cancelled task stops its download")
    func cancellation() async throws {
        let hub = FakeHub(behaviour())
        let task = Task { try await download(hub) }
        task.cancel()
        await #expect {
            try await task.value
        } throws: { if case HubError.cancelled = $0 { true } else { false } }
    }

    @Test("Names of revisions stay in their folder", arguments: ["../x", "", "a//b", "/x"])
    func revisions(revision: String) async throws {
        await #expect(throws: HubError.self) {
            try await downloader("http://127.0.0.1:1").snapshot(of: HubModelName("org/model"), revision: revision)
        }
    }
}

@Suite struct CurlLibraryTests {
    @Test("A missing library is an error that names the package")
    func missing() {
        guard case .failure(.missingLibrary(let message)) = CurlLibrary.load(names: ["libnothing.so.4"]) else {
            Issue.record("expected an error")
            return
        }
        #expect(message.contains("libcurl4"))
    }
}
