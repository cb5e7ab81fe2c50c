import Glibc

/// Brings one file of a repository into the cache.
struct FileDownload {
    let client: HubClient
    let cache: HubCache
    let repository: String
    let commit: String
    let file: String
    let policy: RetryPolicy
    /// Called with the number of bytes of this file that are here.
    let progress: (Int) -> Void

    /// What the hub says about the file before it is fetched.
    private struct Announcement {
        /// Name of the blob.
        let etag: String
        let size: Int?

        /// Files in large-file storage have their SHA-256 as etag.
        var isHash: Bool { etag.utf8.count == 64 && HubCache.isHexadecimal(etag) }
    }

    /// Downloads the file unless the cache has it, and links it into the snapshot; gives its size.
    func run() throws(HubError) -> Int {
        let announcement = try policy.run { () throws(HubError) -> Announcement in try self.announcement() }
        let blob = cache.blobPath(repository, announcement.etag)
        let lock = try FileLock(path: cache.lockPath(repository, announcement.etag))
        var size = FileSystem.size(of: blob)
        if size == nil || (announcement.size != nil && size != announcement.size) {
            size = try fetch(announcement, to: blob)
        }
        try cache.link(repository, commit, file, toBlob: announcement.etag)
        _ = consume lock
        progress(size ?? 0)
        return size ?? 0
    }

    private var url: HubURL {
        client.url("/\(repository)/resolve/\(commit)/\(HubURL.encoded(file, keeping: "/"))")
    }

    private var what: String { "\(repository)/\(file)" }

    private func announcement() throws(HubError) -> Announcement {
        let response = try client.head(url, what: what)
        var etag = (response.headers["x-linked-etag"] ?? response.headers["etag"] ?? "")
        if etag.hasPrefix("W/") { etag.removeFirst(2) }
        etag = String(etag.filter { $0 != "\"" })
        let isName = etag.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard (1...128).contains(etag.utf8.count), isName else {
            throw .badResponse("\(url): has no usable ETag, found \"\(etag)\"")
        }
        // A redirect's own Content-Length is that of its text.
        let isRedirect = (300..<400).contains(response.status)
        let length = response.headers["x-linked-size"] ?? (isRedirect ? nil : response.headers["content-length"])
        return Announcement(etag: etag, size: length.flatMap { Int($0) })
    }

    private func fetch(_ announcement: Announcement, to blob: String) throws(HubError) -> Int {
        let target = try BlobFile(path: "\(blob).incomplete", isHashed: announcement.isHash)
        if let size = announcement.size, target.size > size { try target.restart() }
        if target.size == 0 || target.size != announcement.size {
            try policy.run(madeProgress: { target.size }) { () throws(HubError) -> Void in
                try transfer(to: target, size: announcement.size)
            }
        }
        if let size = announcement.size, target.size != size {
            target.remove()
            throw .corrupted("\(what): expected \(size) bytes, received \(target.size)")
        }
        if let found = target.sha256(), found != announcement.etag {
            target.remove()
            throw .corrupted("\(what): expected SHA-256 \(announcement.etag), received \(found)")
        }
        try target.rename(to: blob)
        return target.size
    }

    /// One request for what is missing.
    private func transfer(to target: BlobFile, size: Int?) throws(HubError) {
        let offset = target.size
        var hasStarted = false
        do throws(HubError) {
            _ = try client.get(url, from: offset, what: what) { (response, bytes) throws(HubError) in
                if !hasStarted {
                    hasStarted = true
                    // A server that does not know ranges sends the whole file again.
                    if offset > 0 && !continues(response, at: offset) { try target.restart() }
                }
                guard target.size + bytes.count <= size ?? .max else {
                    throw .corrupted("\(what): the server sends more than the \(size ?? 0) bytes it announced")
                }
                try target.append(bytes)
                progress(target.size)
            }
        } catch {
            // What is here does not fit the file any more.
            if case .badResponse = error, offset > 0, !hasStarted {
                try target.restart()
                throw .network("\(what): could not be resumed at byte \(offset)")
            }
            throw error
        }
        if let size, target.size < size {
            throw .network("\(what): the connection ended after \(target.size) of \(size) bytes")
        }
    }

    private func continues(_ response: HTTPResponse, at offset: Int) -> Bool {
        response.status == 206 && (response.headers["content-range"] ?? "").hasPrefix("bytes \(offset)-")
    }
}
