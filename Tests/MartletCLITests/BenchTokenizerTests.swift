import ArgumentParser
import Foundation
import MartletJSON
import Testing

@testable import MartletCLI

@Suite("martlet bench tokenizer")
struct BenchTokenizerTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/tokenizers").path()

    @Test("writes what it measured and the ids")
    func json() async throws {
        let folder = "/tmp/martlet-tokenizer-\(getpid())"
        let (text, out, ids) = (folder + ".txt", folder + ".json", folder + ".ids")
        defer { for path in [text, out, ids] { unlink(path) } }
        try TextFile.write(Array("The quick brown fox.\n语言 model".utf8), to: text)
        var command = try BenchTokenizerCommand.parse([
            "--tokenizer", "\(Self.fixtures)/llama3.tokenizer.json", "--input", text, "--repeat", "2", "--loads", "1",
            "--output-json", out, "--output-ids", ids,
        ])
        try await command.run()
        let json = try JSONReader.parse(try #require(TextFile.read(out)))
        #expect(json["load_seconds"]?.arrayValue?.count == 1)
        let one = try #require(json["measurements"]?[0])
        #expect(one["bytes"] == 33)
        #expect(one["round_trips"] == true)
        #expect(one["encode_seconds"]?.arrayValue?.count == 2)
        #expect(try #require(one["encode_mb_per_second"]?.doubleValue) > 0)
        let data = try Data(contentsOf: URL(filePath: ids))
        #expect(data.count == 4 * (try #require(one["tokens"]?.intValue)))
    }

    @Test("names a text that cannot be read")
    func noText() async throws {
        var command = try BenchTokenizerCommand.parse([
            "--tokenizer", "\(Self.fixtures)/gpt2.tokenizer.json", "--input", "/nowhere.txt",
        ])
        await #expect(throws: CLIError.self) { try await command.run() }
    }
}
