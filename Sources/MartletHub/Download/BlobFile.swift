import Glibc

/// A blob while it arrives: `<etag>.incomplete`, which a later run goes on with.
final class BlobFile {
    let path: String
    private let descriptor: Int32
    private(set) var size: Int
    /// Digest of the bytes so far; nil when the blob's name is no SHA-256.
    private var digest: SHA256?

    /// Opens the file; what an earlier run left of it is kept and hashed.
    init(path: String, isHashed: Bool) throws(HubError) {
        try FileSystem.createFolder(of: path)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.error(path, errno) }
        self.path = path
        size = 0
        digest = isHashed ? SHA256() : nil
        try takeOver()
    }

    deinit { close(descriptor) }

    private func takeOver() throws(HubError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileSystem.error(path, errno) }
            guard count > 0 else { return }
            buffer.withUnsafeBytes { digest?.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            size += count
        }
    }

    /// Drops everything.
    func restart() throws(HubError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileSystem.error(path, errno)
        }
        size = 0
        if digest != nil { digest = SHA256() }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = write(descriptor, rest.baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw FileSystem.error(path, errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
        digest?.update(bytes)
        size += bytes.count
    }

    /// The digest, nil when none was asked for.
    func sha256() -> String? { digest?.finish() }

    /// Gives the finished file its name; the bytes are on the disk before the name is.
    func rename(to target: String) throws(HubError) {
        guard fsync(descriptor) == 0, Glibc.rename(path, target) == 0 else { throw FileSystem.error(target, errno) }
    }

    func remove() { unlink(path) }
}
