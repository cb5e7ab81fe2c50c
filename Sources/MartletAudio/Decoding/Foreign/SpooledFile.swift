#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A descriptor of a file's bytes for another program: the file's own, or one of a copy that has no name.
final class SpooledFile {
    let descriptor: Int32
    private let original: AudioFile?

    /// The descriptor of `bytes`, copied to a temporary file unless they are one already.
    ///
    /// **Throws** `unreadable` when there is no room for the copy.
    init(_ bytes: any AudioBytes) throws(AudioError) {
        original = bytes as? AudioFile
        if let original {
            descriptor = original.descriptor
            return
        }
        let path = "/tmp/martlet-audio-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw Self.failure() }
        unlink(path)
        do throws(AudioError) {
            try copy(bytes)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { if original == nil { close(descriptor) } }

    private func copy(_ bytes: any AudioBytes) throws(AudioError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try bytes.read(at: offset, into: buffer)
            if count == 0 { return }
            var written = 0
            while written < count {
                let part = write(descriptor, buffer.baseAddress! + written, count - written)
                if part < 0, errno == EINTR { continue }
                if part <= 0 { throw Self.failure() }
                written += part
            }
            offset += count
        }
    }

    private static func failure() -> AudioError {
        AudioError(.unreadable, "a temporary file for the audio cannot be written: \(String(cString: strerror(errno)))")
    }
}
