import Glibc

/// The few file operations of the cache, with errors that name the path.
enum FileSystem {
    static func error(_ path: String, _ code: Int32) -> HubError {
        if code == ENOSPC || code == EDQUOT { return .diskFull("\(path): no space left on the disk") }
        return .fileSystem(path: path, message: String(cString: strerror(code)))
    }

    /// Token files, references and indices of shards are far smaller.
    private static let maxTextBytes = 64 << 20

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The size of a regular file, following links; nil when there is none.
    static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The text of a file of at most 64 MiB, nil when it cannot be read.
    static func text(of path: String) -> String? {
        guard let size = size(of: path), size < maxTextBytes, let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = fread(buffer.baseAddress, 1, size, file)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Names directly in a folder, sorted; empty when there is no such folder.
    static func names(in path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes the folder and all above it.
    static func createFolder(_ path: String) throws(HubError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        let code = errno
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw error(path, code)
        }
        try createFolder(String(path[..<slash]))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw error(path, errno) }
    }

    /// Makes the folder a file is to lie in.
    static func createFolder(of path: String) throws(HubError) {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try createFolder(String(path[..<slash])) }
    }

    /// Replaces `path` by a link to `target`, never leaving it without one.
    static func link(_ path: String, to target: String) throws(HubError) {
        try createFolder(of: path)
        let temporary = "\(path).\(getpid()).link"
        unlink(temporary)
        guard symlink(target, temporary) == 0 else { throw error(temporary, errno) }
        guard rename(temporary, path) == 0 else { throw error(path, errno) }
    }

    /// Replaces the file by `text`, all or nothing.
    static func write(_ text: String, to path: String) throws(HubError) {
        try createFolder(of: path)
        let temporary = "\(path).\(getpid()).new"
        guard let file = fopen(temporary, "wb") else { throw error(temporary, errno) }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count, rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw error(path, code)
        }
    }

    /// Bytes that may still be written to the disk that holds the folder, nil when the system does not say.
    static func freeBytes(at path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
