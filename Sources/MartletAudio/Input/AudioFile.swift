#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The bytes of an audio file on disk.
public final class AudioFile: AudioBytes {
    /// How many bytes the file had when it was opened.
    public let count: Int

    let descriptor: Int32

    /// Opens the file at a path.
    ///
    /// **Throws** `unreadable` when it cannot be opened or is no regular file.
    public convenience init(path: String) throws(AudioError) {
        // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw AudioError(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
        try self.init(owning: descriptor, name: path)
    }

    /// Takes over an open descriptor of a regular file, which is closed with this object.
    ///
    /// **Throws** `unreadable` when it is no regular file; the descriptor is closed then too.
    public convenience init(owning descriptor: Int32) throws(AudioError) {
        try self.init(owning: descriptor, name: "the audio file")
    }

    private init(owning descriptor: Int32, name: String) throws(AudioError) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var status = stat()
        let failed = fstat(descriptor, &status) != 0
        count = Int(status.st_size)
        if failed { throw AudioError(.unreadable, "\(name): \(String(cString: strerror(errno)))") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AudioError(.unreadable, "\(name) is not a regular file; audio is read from regular files only")
        }
    }

    deinit { close(descriptor) }

    /// Reads bytes from `offset` on; see `AudioBytes`.
    public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        guard offset >= 0, let start = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let read = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if read == 0 { break }
            if read < 0 {
                if errno == EINTR { continue }
                throw AudioError(
                    .unreadable, "byte \(offset + done) of the audio file: \(String(cString: strerror(errno)))")
            }
            done += read
        }
        return done
    }
}
