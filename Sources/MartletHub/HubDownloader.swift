import Glibc

/// Finds models of the hub in the cache and downloads what is missing.
public struct HubDownloader: Sendable {
    private let environment: HubEnvironment
    private let policy: RetryPolicy

    /// A downloader with the given settings.
    public init(environment: HubEnvironment) { self.init(environment: environment, policy: RetryPolicy()) }

    init(environment: HubEnvironment, policy: RetryPolicy) {
        self.environment = environment
        self.policy = policy
    }

    /// The model's files at a revision (branch, tag or commit), downloaded as far as they are not in the cache.
    ///
    /// Interrupted downloads are resumed. When the hub cannot be reached, a whole model in the cache is used.
    /// **Throws** see `HubError`; `cancelled` when the task is cancelled.
    /// **Threading** the work is done on a thread of its own, which also calls `progress`.
    public func snapshot(
        of name: HubModelName, revision: String = "main", form: HubModelForm = .auto,
        progress: @escaping @Sendable (HubProgress) -> Void = { _ in }
    ) async throws(HubError) -> HubSnapshot {
        guard HubCache.isSafe(revision) else { throw .invalidName("\"\(revision)\" is no branch, tag or commit") }
        if environment.isOffline {
            if let snapshot = cached(name, revision: revision, form: form) { return snapshot }
            throw .offline(
                "\(name) is not in the cache \(environment.cacheDirectory), and HF_HUB_OFFLINE forbids to download it")
        }
        do throws(HubError) {
            return try await download(name, revision, form, progress)
        } catch .network(let message) {
            if let snapshot = cached(name, revision: revision, form: form) { return snapshot }
            throw .network(message)
        }
    }

    /// The model as the cache has it; nil when files are missing.
    public func cached(
        _ name: HubModelName, revision: String = "main", form: HubModelForm = .auto
    ) -> HubSnapshot? {
        let cache = HubCache(directory: environment.cacheDirectory)
        guard let commit = cache.commit(repository: name.repository, revision: revision),
            let directory = cache.snapshotDirectory(repository: name.repository, revision: commit)
        else { return nil }
        // Links whose blob is gone do not count.
        let names = FileSystem.names(in: directory).filter { FileSystem.size(of: "\(directory)/\($0)") != nil }
        guard let files = try? FileSelection.files(of: name, among: names, form: form) else { return nil }
        guard Self.isWhole(files, in: directory) else { return nil }
        return HubSnapshot(cache: cache, name: name, commit: commit, files: files)
    }

    private static func isWhole(_ files: [String], in directory: String) -> Bool {
        let models = files.filter { WholeModelFile.isGGUF($0) || WholeModelFile.isGGML($0) }
        if let first = models.first { return models.count == WholeModelFile(first).count }
        return files.contains(where: ["config.json", "params.json"].contains)
            && SafetensorsShards.areComplete(files, in: directory)
    }

    private func download(
        _ name: HubModelName, _ revision: String, _ form: HubModelForm,
        _ progress: @escaping @Sendable (HubProgress) -> Void
    ) async throws(HubError) -> HubSnapshot {
        let environment = environment
        let policy = policy
        return try await BlockingThread.run { (cancellation) throws(HubError) in
            var policy = policy
            policy.cancellation = cancellation
            let transport = try CurlTransport(
                library: CurlLibrary.shared.get(), noProxy: environment.noProxy, cancellation: cancellation)
            let client = try HubClient(
                transport: transport, endpoint: environment.endpoint, token: environment.token)
            let job = SnapshotDownload(
                client: client, cache: HubCache(directory: environment.cacheDirectory), name: name, revision: revision,
                form: form, policy: policy, progress: progress)
            return try job.run()
        }
    }
}
