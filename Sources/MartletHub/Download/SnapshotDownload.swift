import Glibc
internal import MartletJSON

/// Brings all files of one model into the cache; runs on a thread that may block.
struct SnapshotDownload {
    let client: HubClient
    let cache: HubCache
    let name: HubModelName
    let revision: String
    let form: HubModelForm
    let policy: RetryPolicy
    let progress: @Sendable (HubProgress) -> Void

    /// The repository at one commit.
    private struct Listing {
        let commit: String
        let files: [String]
        /// Sizes as far as the hub gives them.
        let sizes: [String: Int]
    }

    func run() throws(HubError) -> HubSnapshot {
        let listing = try policy.run { () throws(HubError) -> Listing in try self.listing() }
        let files = try FileSelection.files(of: name, among: listing.files, form: form)
        let sizes = files.compactMap { listing.sizes[$0] }
        let total = sizes.count == files.count ? sizes.reduce(0, +) : nil
        try checkFreeSpace(sizes.reduce(0, +), files, listing)
        var completed = 0
        for (index, file) in files.enumerated() {
            let before = completed
            let download = FileDownload(
                client: client, cache: cache, repository: name.repository, commit: listing.commit, file: file,
                policy: policy
            ) { bytes in
                progress(
                    HubProgress(
                        file: file, fileIndex: index, numFiles: files.count, completedBytes: before + bytes,
                        totalBytes: total))
            }
            completed += try download.run()
        }
        // Last, so that a reference never names a snapshot that is not whole.
        if !HubCache.isCommit(revision) {
            try FileSystem.write(listing.commit, to: cache.refPath(name.repository, revision))
        }
        return HubSnapshot(cache: cache, name: name, commit: listing.commit, files: files)
    }

    private func listing() throws(HubError) -> Listing {
        let url = client.url("/api/models/\(name.repository)/revision/\(HubURL.encoded(revision))?blobs=true")
        let json = try client.json(url, what: "\(name.repository) at revision \(revision)")
        guard let commit = json["sha"]?.stringValue, HubCache.isCommit(commit),
            let siblings = json["siblings"]?.arrayValue
        else { throw .badResponse("\(url): expected \"sha\" and \"siblings\"") }
        var files: [String] = []
        var sizes: [String: Int] = [:]
        for sibling in siblings {
            guard let file = sibling["rfilename"]?.stringValue, HubCache.isSafe(file) else {
                throw .badResponse("\(url): a file name is missing or leaves the repository")
            }
            files.append(file)
            // Bounded, so that sums of hostile sizes cannot overflow.
            if let size = sibling["size"]?.intValue, (0...(1 << 50)).contains(size) { sizes[file] = size }
        }
        return Listing(commit: commit, files: files, sizes: sizes)
    }

    private func checkFreeSpace(_ bytes: Int, _ files: [String], _ listing: Listing) throws(HubError) {
        let snapshot = cache.snapshotPath(name.repository, listing.commit)
        var missing = 0
        for file in files where FileSystem.size(of: "\(snapshot)/\(file)") == nil {
            missing += listing.sizes[file] ?? 0
        }
        let folder = cache.folder(name.repository)
        try FileSystem.createFolder(folder)
        guard let free = FileSystem.freeBytes(at: folder), free < missing else { return }
        // An interrupted download may hold part of it already.
        let partial = FileSystem.names(in: "\(folder)/blobs").filter { $0.hasSuffix(".incomplete") }
        let present = partial.reduce(0) { $0 + (FileSystem.size(of: "\(folder)/blobs/\($1)") ?? 0) }
        guard free + present < missing else { return }
        throw .diskFull("\(name): \(missing - present) bytes are needed in \(cache.directory), \(free) are free")
    }
}

extension HubSnapshot {
    /// What `name` means in the snapshot of `commit`, given the files it needs.
    init(cache: HubCache, name: HubModelName, commit: String, files: [String]) {
        let directory = cache.snapshotPath(name.repository, commit)
        let first = files.first { WholeModelFile.isGGUF($0) || WholeModelFile.isGGML($0) }
        self.init(directory: directory, modelPath: first.map { "\(directory)/\($0)" } ?? directory, commit: commit)
    }
}
