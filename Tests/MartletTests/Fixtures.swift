import Foundation
import MartletJSON
import MartletTokenizers

/// Files under Tests/Fixtures.
enum Fixtures {
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/\(name)").path()
    }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path(name)))) }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer.load(json: try bytes("tokenizers/\(name).tokenizer.json"), config: nil)
    }
}

/// A folder that is removed with the value's last use.
final class ScratchFolder {
    let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and gives its path.
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }
}
