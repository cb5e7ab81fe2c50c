import Glibc

/// Writes results: whole or not at all.
enum ResultFile {
    /// Writes a file, making its folders; one that exists is replaced at once.
    static func write(_ text: String, to path: String) throws(CLIError) {
        try makeFolder(of: path)
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure(path) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { break }
            bytes = bytes.dropFirst(written)
        }
        let mask = umask(0)
        umask(mask)
        let isWritten = bytes.isEmpty && fchmod(descriptor, 0o666 & ~mask) == 0
        guard close(descriptor) == 0, isWritten, rename(template, path) == 0 else {
            let error = failure(path)
            unlink(template)
            throw error
        }
    }

    private static func makeFolder(of path: String) throws(CLIError) {
        var folder = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            folder += "\(part)/"
            guard mkdir(folder, 0o777) == 0 || errno == EEXIST || errno == EISDIR else { throw failure(folder) }
        }
    }

    private static func failure(_ path: String) -> CLIError {
        CLIError("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
