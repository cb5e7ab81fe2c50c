import MartletModelIR
import MartletWeights
import Testing

@Suite struct SafetensorsTests {
    @Test("A file of the reference implementation gives every tensor's type, shape and place")
    func reference() throws {
        let file = try Safetensors(path: Fixture.path("all.safetensors"))
        #expect(file.entries.count == 14)
        #expect(file.metadata == ["format": "pt", "naïve": "yes"])
        let entry = try #require(file.entry("bfloat16"))
        #expect(entry.dtype.name == "BF16")
        #expect(entry.shape == [2, 3])
        #expect(Array(file.bytes(of: entry)) == (0..<6).flatMap { le(UInt16(Float($0).bitPattern >> 16)) })
        #expect(try #require(file.entry("scalar")).shape == [])
        #expect(try #require(file.entry("empty")).shape == [0, 4])
        #expect(try file.int32("int32") == [0, 1, 2, 3, 4, 5])
        #expect(try file.float32("float32") == [0, 1, 2, 3, 4, 5])
        #expect(try file.float32("scalar") == [1.5])
        #expect(try file.float32("empty") == [])
    }

    @Test("Reading a tensor as another type or by a wrong name says what there is")
    func wrongReads() throws {
        let file = try Safetensors(path: Fixture.path("all.safetensors"))
        #expect(message { _ = try file.int32("int64") }.contains("expected I32, found I64"))
        #expect(message { _ = try file.int32("nope") }.contains("no tensor \"nope\""))
    }

    @Test("What the writer writes reads back")
    func roundTrip() throws {
        var writer = SafetensorsWriter()
        writer.add("ids", shape: [3], [1, -2, Int32.max])
        writer.add("logits", shape: [2, 2], [0.5, -.infinity, 3, 4])
        writer.add("none", shape: [0], [Float]())
        let folder = TemporaryFolder()
        try writer.write(to: "\(folder.path)/x.safetensors")
        let file = try Safetensors(path: "\(folder.path)/x.safetensors")
        #expect(try file.int32("ids") == [1, -2, Int32.max])
        #expect(try file.float32("logits") == [0.5, -.infinity, 3, 4])
        #expect(try #require(file.entry("logits")).shape == [2, 2])
        #expect(try file.float32("none") == [])
    }

    @Test("Writing where nothing can be written is an error")
    func unwritable() {
        #expect(message { try SafetensorsWriter().write(to: "/nonexistent/x.safetensors") }.contains("No such file"))
    }
}

@Suite struct HostileSafetensorsTests {
    private func open(_ header: String, data: Int = 0) -> String {
        open(le(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 0, count: data))
    }

    private func open(_ bytes: [UInt8]) -> String {
        ExactBytes(bytes).withFile { file in message { _ = try Safetensors(file: file) } }
    }

    @Test(
        "Headers that contradict themselves or the file are refused by name",
        arguments: [
            (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "takes 8 bytes"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, 8, "takes 4 bytes"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "data_offsets"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 0, "ends at byte 4"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "gap"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "the tensors end at byte"),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
                6,
                "overlaps"
            ),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                8,
                "gap"
            ),
            (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "integers from 0"),
            (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "integers from 0"),
            (#"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}}"#, 4, "fits 64 bits"),
            (#"{"a":{"dtype":"F32","shape":[0,9223372036854775807,9],"data_offsets":[0,0]}}"#, 0, "fits 64 bits"),
            (#"{"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}}"#, 4, "integers from 0"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, 4, "ends at byte"),
            (#"{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}"#, 1, "whole number of bytes"),
            (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "dtype is missing"),
            (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "shape"),
            (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "data_offsets"),
            (#"{"a":7}"#, 0, "dtype is missing"),
            (#"{"__metadata__":{"a":1}}"#, 0, "__metadata__.a"),
            (#"{"__metadata__":[]}"#, 0, "__metadata__"),
            ("[]", 0, "expected an object"),
            ("{", 0, "header"),
            ("", 0, "header"),
        ])
    func contradictions(header: String, data: Int, expected: String) {
        #expect(open(header, data: data).contains(expected))
    }

    @Test("A file without tensors is sound")
    func empty() { #expect(open("{}") == "") }

    @Test("A type nobody knows is an entry, not an error")
    func unknownType() { #expect(open(#"{"a":{"dtype":"Q1","shape":[9],"data_offsets":[0,1]}}"#, data: 1) == "") }

    @Test(
        "Header lengths beyond the file or the limit are refused",
        arguments: [
            UInt64(9), 1 << 20, 100_000_001, 1 << 63, UInt64.max,
        ])
    func headerLengths(length: UInt64) {
        #expect(open(le(length) + Array("{}".utf8)).contains("header of \(length) bytes"))
    }

    @Test("A file cut at any byte is refused")
    func truncations() throws {
        let bytes = try Fixture.bytes("all.safetensors")
        for count in 0..<bytes.count { #expect(!open(Array(bytes.prefix(count))).isEmpty, "cut to \(count) bytes") }
    }

    @Test("Flipped bits give an error or a readable file, never a crash")
    func bitFlips() throws {
        let bytes = try Fixture.bytes("all.safetensors")
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            var broken = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                broken[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            ExactBytes(broken).withFile { file in
                guard let file = try? Safetensors(file: file) else { return }
                for entry in file.entries { _ = file.bytes(of: entry).reduce(0) { $0 &+ $1 } }
            }
        }
    }
}
