import MartletJSON
import MartletModelIR
import Testing

@Suite struct ProgramTests {
    @Test("the dump names every op with its inputs, weights and numbers")
    func dump() {
        let spec = AttentionSpec(layer: 3, numHeads: 2, numKVHeads: 1, headDim: 4, slidingWindow: 8)
        var recorder = Recorder()
        let w = WeightScope("model")["layers"][3]
        let x = recorder.emit(.embed(w["embed"].weight(out: 10, in: 16), .tokenID), name: "embed")
        let normed = recorder.emit(
            .qkNorm(x, query: .rms(w["q"].weight(4), eps: 0.5), key: .rms(w["k"].weight(4), eps: 0.5), spec), name: "qk"
        )
        let rotary = RotaryEmbedding(rotaryDim: 2, inverseFrequencies: [1], attentionFactor: 1.5, isNeoxStyle: false)
        let rotated = recorder.emit(.rotary(normed, rotary, spec), name: "rotary")
        let attended = recorder.emit(.attention(rotated, spec), name: "attention")
        let output = recorder.emit(
            .linear(attended, [w["o"].weight(out: 5, in: 8)], bias: [w["o"].bias(5)]), name: "o")
        #expect(
            recorder.finish(output).description == """
                %0 embed [16] = embed model.layers.3.embed.weight[10x16]
                %1 qk [16] = qk_norm %0 q rms group=4 model.layers.3.q.weight[4] eps=0.5 k rms group=4 model.layers.3.k.weight[4] eps=0.5
                %2 rotary [16] = rotary %1 dim=2 interleaved inv_freq=1.0...1.0 attention_factor=1.5
                %3 attention [8] = attention %2 layer=3 heads=2 kv_heads=1 head_dim=4 scale=0.5 sliding_window=8
                %4 o [5] = linear %3 model.layers.3.o.weight[5x8] bias model.layers.3.o.bias[5]
                return %4

                """)
    }

    @Test("a weight used twice is listed once, in order of use")
    func weights() {
        var recorder = Recorder()
        let table = WeightRef(name: "t", shape: [4, 4])
        let x = recorder.emit(.embed(table, .tokenID), name: "t")
        let normed = recorder.emit(.norm(x, .rms(WeightRef(name: "n", shape: [4]), eps: 1)), name: "n")
        let output = recorder.emit(.linear(normed, [table], bias: []), name: "head")
        #expect(recorder.finish(output).weights.map(\.name) == ["t", "n"])
    }

    @Test("configuration values are asked for by type and errors name the key and the file")
    func config() throws {
        let json: JSONValue = ["a": "text", "n": .null, "list": ["x", 1], "size": -3, "real": 2.5]
        let config = ModelConfig(json: json.objectValue!, origin: "config.json")
        #expect(try config.int("n", default: 7) == 7)
        #expect(config.isNull("n") && !config.isNull("absent"))
        #expect(try config.strings("absent") == nil)
        for (key, read) in [
            ("a", { try config.int("a") }), ("n", { try config.int("n") }), ("size", { try config.size("size") }),
            ("real", { try config.int("real") }), ("list", { try config.strings("list")!.count }),
        ] as [(String, () throws -> Int)] {
            let error = #expect(throws: ModelError.self) { try read() }
            #expect(error?.key == key && error?.message.contains("(config.json)") == true)
        }
    }
}
