import Glibc

/// Files below Tests/Fixtures/weights, found from this source file so that the working directory does not matter.
enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        let tests = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(tests)/Fixtures/weights/\(name)"
        guard let file = fopen(path, "rb") else { throw MissingFixture(path: path) }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let count = ftell(file)
        rewind(file)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = fread(buffer.baseAddress, 1, count, file)
        }
    }
}

struct MissingFixture: Error { let path: String }
