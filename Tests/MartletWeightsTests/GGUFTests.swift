import MartletJSON
import MartletModelIR
import MartletWeights
import Testing

@Suite struct GGUFTests {
    @Test("Metadata of every type read as gguf-py wrote them")
    func metadata() throws {
        let gguf = try GGUF(path: Fixture.path("types.gguf"))
        #expect(gguf["u8"]?.intValue == 255)
        #expect(gguf["i8"]?.intValue == -128)
        #expect(gguf["u16"]?.intValue == 65535)
        #expect(gguf["i16"]?.intValue == -32768)
        #expect(gguf["u32"]?.intValue == 1 << 32 - 1)
        #expect(gguf["i32"]?.intValue == -1 << 31)
        #expect(gguf["u64"]?.intValue == nil)
        guard case .unsigned(.max)? = gguf["u64"] else { throw MissingValue() }
        #expect(gguf["i64"]?.intValue == Int.min)
        #expect(gguf["f32"]?.doubleValue == Double(Float(0.1)))
        #expect(gguf["f64"]?.doubleValue == 0.1)
        #expect(gguf["bool"]?.boolValue == true)
        #expect(gguf["string"]?.stringValue == "é")
        let strings = try #require(gguf["strings"]?.arrayValue?.strings)
        #expect(strings.map { String(decoding: $0, as: UTF8.self) } == ["a", "", "é"])
        #expect(gguf["integers"]?.arrayValue?.integers == [1, -2, 3])
        #expect(gguf["floats"]?.arrayValue?.floats == [0.5, -0.25])
        #expect(gguf["strings"]?.arrayValue?.integers == nil)
        #expect(gguf["nothing"] == nil)
    }

    @Test("Arrays of arrays are stepped over")
    func nestedArrays() throws {
        var builder = GGUFBuilder()
        let inner = le(UInt32(0)) + le(UInt64(2)) + [1, 2]
        builder.keys = [("a", .raw(9, le(UInt32(9)) + le(UInt64(2)) + inner + inner)), ("b", .u32(7))]
        try ExactBytes(builder.bytes).withFile { file in
            let gguf = try GGUF(file: file)
            #expect(gguf["a"]?.arrayValue?.count == 2)
            #expect(gguf["b"]?.intValue == 7)
        }
    }

    @Test("Tensors have reversed shapes and the bytes gguf-py wrote")
    func tensors() throws {
        let gguf = try GGUF(path: Fixture.path("tiny.gguf"))
        let factors = try #require(gguf.tensors.first { $0.name == "rope_freqs.weight" })
        #expect(factors.shape == [8])
        #expect(Array(try #require(gguf.bytes(of: factors))) == (1...8).flatMap { le(Float($0).bitPattern) })
        let down = try #require(gguf.tensors.first { $0.name == "blk.0.ffn_down.weight" })
        #expect(down.shape == [64, 96])
        #expect(down.format == .q5_1)
        #expect(down.range?.count == WeightFormat.q5_1.rowBytes(96) * 64)
    }

    @Test("Tensor names translate as gguf-py translates them")
    func names() throws {
        let table = try #require(try JSONReader.parse(Fixture.bytes("names.json")).objectValue)
        #expect(table.count == 39)
        for (gguf, name) in table {
            var builder = GGUFBuilder.tinyLlama()
            if gguf != "token_embd.weight" { builder.addTensor(gguf, dims: [32], type: 0, byteCount: 128) }
            try ExactBytes(builder.bytes).withFile { file in
                let checkpoint = try Checkpoint.open(ggufBytes: file.bytes, name: "test")
                #expect(checkpoint.weights.names.contains(try #require(name.stringValue)))
            }
        }
    }

    struct MissingValue: Error {}
}

@Suite struct HostileGGUFTests {
    private func open(_ bytes: [UInt8]) -> String {
        ExactBytes(bytes).withFile { file in
            message {
                let gguf = try GGUF(file: file)
                for tensor in gguf.tensors { _ = gguf.bytes(of: tensor)?.reduce(0) { $0 &+ $1 } }
                for key in gguf.keys {
                    _ = gguf[key]?.arrayValue?.strings
                    _ = gguf[key]?.arrayValue?.integers
                    _ = gguf[key]?.arrayValue?.floats
                }
                _ = try Checkpoint.open(ggufBytes: file.bytes, name: "test")
            }
        }
    }

    private func open(_ change: (inout GGUFBuilder) -> Void) -> String {
        var builder = GGUFBuilder.tinyLlama()
        change(&builder)
        return open(builder.bytes)
    }

    @Test("The file the other tests break is sound")
    func sound() { #expect(open { _ in } == "") }

    @Test(
        "Counts that the file cannot hold are refused before anything is allocated",
        arguments: [
            1 << 32, 1 << 60, 1 << 63, UInt64.max,
        ])
    func counts(count: UInt64) {
        #expect(open { $0.tensorCount = count }.contains("number of tensors"))
        #expect(open { $0.keyCount = count }.contains("number of metadata keys"))
        #expect(open { $0.set("x", .raw(8, le(count))) }.contains("\"x\""))
        #expect(open { $0.set("x", .raw(9, le(UInt32(8)) + le(count))) }.contains("\"x\""))
        #expect(open { $0.set("x", .raw(9, le(UInt32(9)) + le(count))) }.contains("\"x\""))
        #expect(open { $0.set("x", .raw(9, le(UInt32(12)) + le(count))) }.contains("\"x\""))
        #expect(open { $0.tensors[0].offset = count }.contains("token_embd.weight"))
        #expect(open { $0.tensors[0].dims = [count, count] }.contains("token_embd.weight"))
        #expect(open { $0.tensors[0].dims = [0, count, count] }.contains("token_embd.weight"))
        #expect(open { $0.tensors[0].dims = [32, count] }.contains("token_embd.weight"))
    }

    @Test("Versions and byte orders that are not supported are named")
    func versions() {
        #expect(open { $0.version = 1 }.contains("version 1"))
        #expect(open { $0.version = 4 }.contains("version 4"))
        #expect(open { $0.version = UInt32(3).byteSwapped }.contains("big-endian"))
        #expect(open { $0.version = 2 } == "")
        #expect(open(Array("GGML".utf8) + [0, 0, 0, 0]).contains("GGUF"))
    }

    @Test("Values that break the format are refused by key")
    func values() {
        #expect(open { $0.set("x", .raw(13, [])) }.contains("value type 13"))
        #expect(open { $0.set("x", .bool(2)) }.contains("boolean"))
        #expect(open { $0.keys.append(("llama.block_count", .u32(1))) }.contains("twice"))
        var nested = le(UInt32(0)) + le(UInt64(0))
        for _ in 0..<100 { nested = le(UInt32(9)) + le(UInt64(1)) + nested }
        #expect(open { $0.set("x", .raw(9, nested)) }.contains("nest deeper"))
    }

    @Test("Alignments other than powers of two are refused", arguments: [0, 3, 24, UInt32.max])
    func alignments(alignment: UInt32) {
        #expect(open { $0.set("general.alignment", .u32(alignment)) }.contains("general.alignment"))
    }

    @Test("Another alignment moves the data")
    func otherAlignment() {
        #expect(
            open {
                $0.alignment = 256
                $0.set("general.alignment", .u32(256))
            } == "")
    }

    @Test("Tensors that break the format are refused by name")
    func tensors() {
        let name = "token_embd.weight"
        #expect(open { $0.tensors[0].offset = 4 }.contains("multiple of the alignment"))
        #expect(open { $0.tensors[0].dims = [1, 1, 1, 1, 1] }.contains("5 dimensions"))
        #expect(open { $0.tensors.append($0.tensors[0]) }.contains("\"\(name)\" appears twice"))
        #expect(open { $0.data.removeLast() }.contains(name))
        #expect(open { $0.tensors[0].type = 12 }.contains("whole number of q4_K blocks"))
        #expect(open { $0.tensors[0].type = 16 }.contains("IQ2_XXS (16)"))
        #expect(open { $0.tensors[0].type = 999 }.contains("unknown (999)"))
        #expect(open { $0.addTensor("blk.0.other.weight", dims: [1], type: 0, byteCount: 4) }.contains("no known part"))
        #expect(
            open { $0.addTensor("blk.00.attn_q.weight", dims: [1], type: 0, byteCount: 4) }.contains("no known part"))
    }

    @Test("No tensors and no keys make a file but no model")
    func empty() {
        #expect(open(GGUFBuilder().bytes).contains("general.architecture"))
        #expect(
            open {
                $0.tensors = []
                $0.data = []
            }.contains("token_embd.weight"))
    }

    @Test("A file cut at any byte of the header is refused, naming the file")
    func truncations() throws {
        let bytes = try Fixture.bytes("tiny.gguf")
        let gguf = try ExactBytes(bytes).withFile { try GGUF(file: $0).tensors.compactMap { $0.range?.lowerBound } }
        let dataStart = try #require(gguf.min())
        for count in 0..<dataStart {
            let error = open(Array(bytes.prefix(count)))
            #expect(error.hasPrefix("test: ") && !error.isEmpty, "cut to \(count) bytes")
        }
        for count in stride(from: dataStart, to: bytes.count, by: 97) {
            #expect(open(Array(bytes.prefix(count))).contains("bytes at"), "cut to \(count) bytes")
        }
    }

    @Test("Flipped bits give an error or a readable file, never a crash")
    func bitFlips() throws {
        let bytes = try Fixture.bytes("tiny.gguf")
        let types = try Fixture.bytes("types.gguf")
        var random = SeededGenerator(seed: 2)
        for round in 0..<4000 {
            var broken = round % 4 == 0 ? types : bytes
            let header = min(broken.count, 1900)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                broken[Int.random(in: 0..<header, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            _ = open(broken)
        }
    }
}
