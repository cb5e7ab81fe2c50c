import Glibc

/// An advisory lock on a file, as huggingface_hub takes it around the download of one blob.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Waits until no other process or thread holds the lock.
    init(path: String) throws(HubError) { descriptor = try Self.acquire(path) }

    private static func acquire(_ path: String) throws(HubError) -> Int32 {
        try FileSystem.createFolder(of: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.error(path, errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(descriptor)
                throw FileSystem.error(path, code)
            }
        }
        return descriptor
    }

    deinit { close(descriptor) }
}
