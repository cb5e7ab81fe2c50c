/// A model in the cache.
public struct HubSnapshot: Hashable, Sendable {
    /// The folder with the repository's files.
    public let directory: String
    /// What to open: the folder, or the GGUF file that was named.
    public let modelPath: String
    /// The commit the files are of.
    public let commit: String
}

/// How far a download is.
public struct HubProgress: Hashable, Sendable {
    /// The file in progress.
    public let file: String
    /// Its number from 0 among `numFiles`.
    public let fileIndex: Int
    /// Files in all.
    public let numFiles: Int
    /// Bytes that are here, of all files, including those found in the cache.
    public let completedBytes: Int
    /// Bytes of all files, nil when the hub does not say.
    public let totalBytes: Int?
}
