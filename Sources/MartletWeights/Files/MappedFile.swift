import Glibc

/// A file's bytes, mapped read-only for as long as this object lives.
///
/// The file must not be truncated meanwhile: touching pages beyond the new end would end the process.
public final class MappedFile: @unchecked Sendable {
    // Sendable by promise: the bytes are read-only and the mapping is only undone in deinit.

    /// The path or name, for messages.
    public let path: String
    /// All bytes of the file; valid while this object lives, so a file opened for one look needs `withBytes`.
    public let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// Maps the regular file at `path`.
    ///
    /// **Throws** `notFound` when there is no such file, `unreadable` for anything else.
    public init(path: String) throws(CheckpointError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .unreadable(path: path, message: Self.reason(errno)) }
            throw .notFound(path: path, message: "no such file")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, message: Self.reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, message: "is not a regular file")
        }
        self.path = path
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            isMapped = false
            return
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw .unreadable(path: path, message: "cannot map \(size) bytes: \(Self.reason(errno))")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
        isMapped = true
    }

    /// Stands for bytes that lie in memory already and outlive this object, such as data compiled into the program.
    public init(borrowing bytes: UnsafeRawBufferPointer, name: String) {
        path = name
        self.bytes = bytes
        isMapped = false
    }

    deinit {
        if isMapped, let address = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
        }
    }

    /// Gives the bytes to `body` and keeps the mapping until it returns.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(bytes)
    }

    /// Asks the system to read the whole file ahead.
    public func prefetch() {
        guard isMapped, let address = bytes.baseAddress else { return }
        madvise(UnsafeMutableRawPointer(mutating: address), bytes.count, MADV_WILLNEED)
    }

    /// Tells the system that the pages wholly inside `range` are not needed soon; they are read again when touched.
    ///
    /// A range that is no part of this mapping is left alone.
    public func discardPages(_ range: UnsafeRawBufferPointer) {
        guard isMapped, let start = range.baseAddress, let base = bytes.baseAddress else { return }
        guard start >= base, start + range.count <= base + bytes.count else { return }
        let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let first = (UInt(bitPattern: start) + pageSize - 1) / pageSize * pageSize
        let end = (UInt(bitPattern: start) + UInt(range.count)) / pageSize * pageSize
        guard first < end, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
        madvise(address, Int(end - first), MADV_DONTNEED)
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
