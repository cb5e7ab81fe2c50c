/// The cache folder of huggingface_hub: `models--org--name/{blobs,refs,snapshots}`.
///
/// **Source** huggingface_hub `file_download.py`, docs/how-to-cache. Programs that use huggingface_hub see what is
/// downloaded here and the other way round.
public struct HubCache: Hashable, Sendable {
    /// The folder that holds `models--org--name`.
    public let directory: String

    /// The cache in `directory`.
    public init(directory: String) { self.directory = directory }

    /// The snapshot of a revision (branch, tag or commit) as far as it was downloaded; nil when there is none.
    public func snapshotDirectory(repository: String, revision: String = "main") -> String? {
        let commit = commit(repository: repository, revision: revision)
        return commit.map { snapshotPath(repository, $0) }.flatMap { FileSystem.exists($0) ? $0 : nil }
    }

    /// The commit a revision stood for when it was last downloaded.
    func commit(repository: String, revision: String) -> String? {
        if Self.isCommit(revision) { return revision }
        guard Self.isSafe(revision), let text = FileSystem.text(of: refPath(repository, revision)) else { return nil }
        let commit = String(text.filter { !$0.isWhitespace })
        return Self.isCommit(commit) ? commit : nil
    }

    /// Folder of one repository.
    func folder(_ repository: String) -> String {
        "\(directory)/models--" + repository.split(separator: "/").joined(separator: "--")
    }

    func blobPath(_ repository: String, _ etag: String) -> String { "\(folder(repository))/blobs/\(etag)" }

    func lockPath(_ repository: String, _ etag: String) -> String {
        "\(directory)/.locks/models--" + repository.split(separator: "/").joined(separator: "--") + "/\(etag).lock"
    }

    func refPath(_ repository: String, _ revision: String) -> String { "\(folder(repository))/refs/\(revision)" }

    func snapshotPath(_ repository: String, _ commit: String) -> String { "\(folder(repository))/snapshots/\(commit)" }

    /// Makes `file` of a snapshot a relative link to its blob, so that the cache can be moved.
    func link(_ repository: String, _ commit: String, _ file: String, toBlob etag: String) throws(HubError) {
        let depth = file.split(separator: "/").count + 1
        let target = String(repeating: "../", count: depth) + "blobs/\(etag)"
        try FileSystem.link("\(snapshotPath(repository, commit))/\(file)", to: target)
    }

    /// True for the 40 hexadecimal digits of a commit.
    static func isCommit(_ text: String) -> Bool { text.utf8.count == 40 && isHexadecimal(text) }

    static func isHexadecimal(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// True for a relative path that stays below its folder whatever the server says.
    static func isSafe(_ path: String) -> Bool {
        !path.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }
}
