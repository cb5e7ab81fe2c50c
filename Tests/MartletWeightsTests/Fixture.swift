import Glibc
import MartletWeights

/// Files below Tests/Fixtures/weights, found from this source file so that the working directory does not matter.
enum Fixture {
    static func path(_ name: String) -> String {
        let tests = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(tests)/Fixtures/weights/\(name)"
    }

    static func bytes(_ name: String) throws -> [UInt8] { try MappedFile(path: path(name)).withBytes { Array($0) } }
}

/// Bytes in an allocation of exactly their size, so that the address sanitizer sees every read past the end.
final class ExactBytes {
    let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        buffer = .allocate(byteCount: bytes.count, alignment: 8)
        buffer.copyBytes(from: bytes)
    }

    deinit { buffer.deallocate() }

    /// Gives a file over the bytes, which must not outlive `body`.
    func withFile<R>(_ body: (MappedFile) throws -> R) rethrows -> R {
        try withExtendedLifetime(self) {
            try body(MappedFile(borrowing: UnsafeRawBufferPointer(buffer), name: "test"))
        }
    }
}

/// A folder that is removed with everything in it when this object goes.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/martlet-weights-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit {
        if let handle = opendir(path) {
            while let entry = readdir(handle) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink("\(path)/\(name)")
            }
            closedir(handle)
        }
        rmdir(path)
    }

    func write(_ name: String, _ bytes: [UInt8]) {
        let file = fopen("\(path)/\(name)", "wb")!
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }
}

/// The message of the error that `body` throws, empty when it throws none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch { return "\(error)" }
}

/// A small generator with a fixed sequence (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
