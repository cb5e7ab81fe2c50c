import Glibc
import MartletJSON

/// Folders and files under Tests/Fixtures.
enum Fixture {
    static let root = String(#filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }) + "/Fixtures"

    static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen("\(root)/\(path)", "rb") else { fatalError("no fixture \(path)") }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        precondition(fread(&bytes, 1, bytes.count, file) == bytes.count)
        return bytes
    }

    static func json(_ path: String) throws -> JSONValue { try JSONReader.parse(bytes(path)) }
}
