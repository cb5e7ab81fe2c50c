import ArgumentParser
import Glibc
import MartletJSON
import MartletModelIR
import Testing

@testable import MartletCLI

@Suite("martlet bench kernels")
struct BenchKernelsTests {
    @Test("writes what it measured as JSON")
    func json() throws {
        let path = "/tmp/martlet-kernels-\(getpid()).json"
        defer { unlink(path) }
        var command = try BenchKernelsCommand.parse([
            "--threads", "1", "--format", "q8_0,BF16", "--shape", "32x64", "--rows", "1,3", "--output-json", path,
        ])
        try command.run()
        let json = try JSONReader.parse(try #require(TextFile.read(path)))
        #expect(json["threads"] == 1)
        #expect(json["outputs"] == 32)
        #expect(json["inputs"] == 64)
        #expect(json["kernels"]?.stringValue?.isEmpty == false)
        #expect(try #require(json["limits"]?["read_gb_per_second"]?.doubleValue) > 0)
        let measurements = try #require(json["measurements"]?.arrayValue)
        #expect(measurements.map { $0["format"]?.stringValue } == ["Q8_0", "Q8_0", "BF16", "BF16"])
        #expect(measurements.map { $0["rows"]?.intValue } == [1, 3, 1, 3])
        for key in ["seconds", "gflop_per_second", "weight_gb_per_second", "fraction_of_limit"] {
            #expect(measurements.allSatisfy { ($0[key]?.doubleValue ?? 0) > 0 })
        }
        #expect(measurements.allSatisfy { ["memory", "arithmetic"].contains($0["bound"]?.stringValue) })
    }

    @Test("refuses an unknown format by its name and lists those there are")
    func unknownFormat() {
        let error = #expect(throws: (any Error).self) { try BenchKernelsCommand.parse(["--format", "BF16,Q9_Z"]) }
        let message = error.map { BenchKernelsCommand.fullMessage(for: $0) } ?? ""
        #expect(message.contains("no weight format \"Q9_Z\""))
        #expect(message.contains("Q4_K, Q5_K"))
    }

    @Test(
        "refuses what is no shape and no list of rows",
        arguments: [
            ["--shape", "64"], ["--shape", "0x64"], ["--shape", "64x64x64"], ["--rows", ""], ["--rows", "1,,2"],
            ["--rows", "1,0"],
        ])
    func malformed(arguments: [String]) {
        #expect(throws: (any Error).self) { try BenchKernelsCommand.parse(arguments) }
    }
}
