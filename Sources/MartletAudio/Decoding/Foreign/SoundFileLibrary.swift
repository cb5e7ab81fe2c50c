#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The functions of libsndfile, loaded at run time.
///
/// **Source** `sndfile.h` of libsndfile 1.0.x to 1.2.x: the library keeps its binary interface (libsndfile.so.1).
struct SoundFileLibrary {
    typealias Open =
        @convention(c) (
            _ callbacks: UnsafeMutableRawPointer, _ mode: Int32, _ info: UnsafeMutableRawPointer,
            _ context: UnsafeMutableRawPointer?
        ) -> OpaquePointer?
    typealias ReadFrames = @convention(c) (OpaquePointer, UnsafeMutablePointer<Float>, Int64) -> Int64
    typealias Close = @convention(c) (OpaquePointer) -> Int32
    typealias Describe = @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>?

    let open: Open
    let readFrames: ReadFrames
    let close: Close
    let describeError: Describe

    /// Loads the first library that is there and has the functions; nil when none has.
    init?(_ names: [String]) {
        for name in names {
            // Never unloaded: its functions are in use as long as any decoder is, and loading again costs little.
            guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            guard let open = dlsym(library, "sf_open_virtual"), let read = dlsym(library, "sf_readf_float"),
                let close = dlsym(library, "sf_close"), let describe = dlsym(library, "sf_strerror")
            else { continue }
            self.open = unsafeBitCast(open, to: Open.self)
            readFrames = unsafeBitCast(read, to: ReadFrames.self)
            self.close = unsafeBitCast(close, to: Close.self)
            describeError = unsafeBitCast(describe, to: Describe.self)
            return
        }
        return nil
    }
}

/// What libsndfile is given to read a file with: five functions, each of which gets the context.
///
/// **Source** `SF_VIRTUAL_IO` of `sndfile.h`: get_filelen, seek, read, write, tell.
enum SoundFileCallbacks {
    /// Calls `body` with the table of functions, which libsndfile copies.
    static func with<R>(_ body: (UnsafeMutableRawPointer) -> R) -> R {
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: 5) { table in
            table.initialize(repeating: nil)
            table[0] = unsafeBitCast(length, to: UnsafeRawPointer.self)
            table[1] = unsafeBitCast(seek, to: UnsafeRawPointer.self)
            table[2] = unsafeBitCast(read, to: UnsafeRawPointer.self)
            table[3] = unsafeBitCast(write, to: UnsafeRawPointer.self)
            table[4] = unsafeBitCast(tell, to: UnsafeRawPointer.self)
            return body(UnsafeMutableRawPointer(table.baseAddress!))
        }
    }

    private static let length: @convention(c) (UnsafeMutableRawPointer) -> Int64 = { Int64(source($0).bytes.count) }

    private static let seek: @convention(c) (Int64, Int32, UnsafeMutableRawPointer) -> Int64 = {
        offset, origin, context in
        let source = source(context)
        let base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? source.offset : source.bytes.count
        let (place, overflow) = base.addingReportingOverflow(Int(offset))
        if overflow || place < 0 { return -1 }
        source.offset = place
        return Int64(place)
    }

    private static let read: @convention(c) (UnsafeMutableRawPointer, Int64, UnsafeMutableRawPointer) -> Int64 = {
        memory, count, context in
        source(context).read(into: UnsafeMutableRawBufferPointer(start: memory, count: max(0, Int(count))))
    }

    private static let write: @convention(c) (UnsafeRawPointer, Int64, UnsafeMutableRawPointer) -> Int64 = { _, _, _ in
        0
    }

    private static let tell: @convention(c) (UnsafeMutableRawPointer) -> Int64 = { Int64(source($0).offset) }

    private static func source(_ context: UnsafeMutableRawPointer) -> SoundFileSource {
        Unmanaged<SoundFileSource>.fromOpaque(context).takeUnretainedValue()
    }
}

/// The file libsndfile reads, and how far it is.
final class SoundFileSource {
    let bytes: any AudioBytes
    var offset = 0
    /// Why reading failed, if it did: libsndfile only sees the end of the file then.
    private(set) var error: AudioError?

    /// The start of a file.
    init(_ bytes: any AudioBytes) { self.bytes = bytes }

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int64 {
        do {
            let count = try bytes.read(at: offset, into: buffer)
            offset += count
            return Int64(count)
        } catch {
            self.error = error
            return 0
        }
    }
}
