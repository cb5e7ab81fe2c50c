import MartletAudio

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that came with a form: in memory while small, else in a temporary file that has no name and goes with it.
struct UploadedFile: Sendable {
    /// The name the client gave it.
    let filename: String
    let bytes: any AudioBytes
}

/// Takes a file's bytes as they arrive.
struct UploadSpool: ~Copyable {
    private let headers: MultipartHeaders
    private let limits: MultipartLimits
    private var memory: [UInt8] = []
    private var file: TemporaryFile?
    private(set) var count = 0

    init(_ headers: MultipartHeaders, limits: MultipartLimits) {
        self.headers = headers
        self.limits = limits
    }

    /// Adds bytes.
    ///
    /// **Throws** 400 when the file gets larger than allowed, 503 when there is no room for it.
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(APIError) {
        guard bytes.count <= limits.maxFileBytes - count else {
            throw .fileTooLarge(limit: limits.maxFileBytes, param: headers.name)
        }
        count += bytes.count
        if file == nil, count <= limits.maxMemoryBytes { return memory.append(contentsOf: bytes) }
        if file == nil {
            let new = try TemporaryFile()
            let failure = memory.withUnsafeBufferPointer { memory -> APIError? in
                do throws(APIError) {
                    try new.write(memory)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
            memory = []
            file = consume new
        }
        try file?.write(bytes)
    }

    /// The complete file.
    consuming func finish() throws(APIError) -> UploadedFile {
        let filename = headers.filename ?? ""
        guard let file = file.take() else { return UploadedFile(filename: filename, bytes: AudioBuffer(memory)) }
        do throws(AudioError) {
            return UploadedFile(filename: filename, bytes: try AudioFile(owning: file.release()))
        } catch {
            throw .internalError(error.message)
        }
    }
}

/// A file in `TMPDIR` without a name: it is gone when it is closed, also when the process dies.
struct TemporaryFile: ~Copyable {
    private let descriptor: Int32

    init() throws(APIError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var template = Array("\(folder.isEmpty ? "/tmp" : folder)/martlet-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .noRoom(errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
    }

    deinit { close(descriptor) }

    /// Appends bytes.
    borrowing func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(APIError) {
        var rest = UnsafeRawBufferPointer(bytes)
        while let base = rest.baseAddress, !rest.isEmpty {
            #if canImport(Glibc)
                let written = Glibc.write(descriptor, base, rest.count)
            #else
                let written = Darwin.write(descriptor, base, rest.count)
            #endif
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .noRoom(errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// The descriptor, from now on the caller's to close.
    consuming func release() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }
}

extension APIError {
    /// 400 for a file larger than this server takes, in vLLM's words.
    static func fileTooLarge(limit: Int, param: String) -> APIError {
        .badRequest(
            "Maximum file size exceeded: `\(param)` may have \(limit) bytes (--max-audio-clip-filesize-mb)",
            param: param, code: "file_too_large")
    }

    /// 503 for an upload that the temporary folder has no room for.
    fileprivate static func noRoom(_ code: Int32) -> APIError {
        .unavailable(
            "The upload could not be kept in the temporary folder (TMPDIR): \(String(cString: strerror(code))).",
            code: "no_room", retryAfter: 10)
    }
}
