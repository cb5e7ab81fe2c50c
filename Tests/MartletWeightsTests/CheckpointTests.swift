import MartletJSON
import MartletModelIR
import MartletWeights
import Testing

@Suite struct GGUFCheckpointTests {
    private func config(_ change: (inout GGUFBuilder) -> Void) throws -> JSONObject {
        var builder = GGUFBuilder.tinyLlama()
        change(&builder)
        return try ExactBytes(builder.bytes).withFile {
            try Checkpoint.open(ggufBytes: $0.bytes, name: "test").config.json
        }
    }

    private func failure(_ change: (inout GGUFBuilder) -> Void) -> String { message { _ = try config(change) } }

    /// The same model with another architecture's prefix.
    private func rename(_ builder: inout GGUFBuilder, to architecture: String) {
        builder.keys = builder.keys.map { key, value in
            (key.hasPrefix("llama.") ? architecture + key.dropFirst(5) : key, value)
        }
        builder.set("general.architecture", .string(architecture))
    }

    @Test("A llama of gguf-py opens with configuration, tokenizer, template and weights")
    func tiny() throws {
        let checkpoint = try Checkpoint.open(path: Fixture.path("tiny.gguf"))
        let expected = try JSONReader.parse(
            """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 6, "hidden_size": 64,
             "num_hidden_layers": 1, "intermediate_size": 96, "max_position_embeddings": 128,
             "rms_norm_eps": 9.999999747378752e-06, "hidden_act": "silu", "tie_word_embeddings": true,
             "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "attention_bias": false,
             "mlp_bias": false, "rope_interleave": true, "rope_theta": 500000.0,
             "rope_freq_factors": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "bos_token_id": 0, "eos_token_id": [1, 2]}
            """)
        #expect(.object(checkpoint.config.json) == expected)
        #expect(checkpoint.chatTemplate == "{{ messages[0].content }}")
        #expect(checkpoint.weights.names.count == 11)
        #expect(checkpoint.weights.weight("model.layers.0.self_attn.k_proj.weight")?.format == .f16)
        #expect(checkpoint.weights.weight("model.layers.0.mlp.down_proj.weight")?.shape == [64, 96])
        #expect(checkpoint.weights.weight("lm_head.weight") == nil)
        #expect(checkpoint.weights.weight("rope_freqs.weight") == nil)
        #expect(checkpoint.parameterCount == 6 * 64 + 3 * 64 + 2 * 64 * 64 + 2 * 32 * 64 + 3 * 96 * 64)
        #expect(checkpoint.formats.map(\.name).sorted() == ["BF16", "F16", "F32", "Q4_0", "Q5_0", "Q5_1", "Q8_0"])
        #expect(checkpoint.files == [Fixture.path("tiny.gguf")])
        #expect(checkpoint.totalBytes == 28832)
    }

    @Test("The tokenizer's metadata keep bytes that are no UTF-8")
    func vocabulary() throws {
        guard case .gguf(let vocabulary) = try Checkpoint.open(path: Fixture.path("tiny.gguf")).tokenizer else {
            Issue.record("expected the tokenizer of a GGUF file")
            return
        }
        #expect(vocabulary.model == "gpt2")
        #expect(vocabulary.pre == "llama-bpe")
        #expect(vocabulary.tokens.count == 6)
        #expect(Array(vocabulary.tokens[5]) == [0xFF, 0xFE])
        #expect(vocabulary.tokenTypes == [3, 3, 1, 1, 1, 6])
        #expect(vocabulary.merges.map { String(decoding: $0, as: UTF8.self) } == ["a Ġ", "Ġ a"])
        #expect(vocabulary.bosTokenID == 0)
        #expect(vocabulary.endTokenIDs == [1, 2])
        #expect(vocabulary.addBOS == true)
        #expect(vocabulary.addEOS == nil)
    }

    @Test("Qwen files name their architecture, their biases and the plain order of rotary pairs")
    func qwen() throws {
        let json = try config {
            rename(&$0, to: "qwen3")
            $0.set("qwen3.attention.key_length", .u32(32))
            $0.set("qwen3.attention.value_length", .u32(32))
            $0.addTensor("output.weight", dims: [64, 2], type: 0, byteCount: 512)
            $0.addTensor("blk.0.attn_q.bias", dims: [64], type: 0, byteCount: 256)
        }
        #expect(json["architectures"]?[0] == "Qwen3ForCausalLM")
        #expect(json["head_dim"] == 32)
        #expect(json["tie_word_embeddings"] == false)
        #expect(json["attention_bias"] == true)
        #expect(json["rope_interleave"] == nil)
    }

    @Test("Scaled rotary embeddings become rope_scaling")
    func rotaryScaling() throws {
        #expect(try config { $0.set("llama.rope.scaling.factor", .f32(4)) }["rope_scaling"]?["rope_type"] == "linear")
        #expect(try config { $0.set("llama.rope.scaling.factor", .f32(1)) }["rope_scaling"] == nil)
        #expect(try config { $0.set("llama.rope.scale_linear", .f32(2)) }["rope_scaling"]?["factor"] == 2.0)
        let yarn = try config {
            $0.set("llama.rope.scaling.type", .string("yarn"))
            $0.set("llama.rope.scaling.factor", .f32(8))
            $0.set("llama.rope.scaling.original_context_length", .u32(64))
        }
        #expect(yarn["rope_scaling"] == ["rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64])
        #expect(
            failure { $0.set("llama.rope.scaling.type", .string("longrope")) }.contains("longrope is not supported"))
    }

    @Test("A sliding window makes a llama file Mistral")
    func slidingWindow() throws {
        let json = try config { $0.set("llama.attention.sliding_window", .u32(32)) }
        #expect(json["architectures"]?[0] == "MistralForCausalLM")
        #expect(json["sliding_window"] == 32)
    }

    @Test("One number per layer counts as one number if all are equal")
    func perLayer() throws {
        #expect(try config { $0.set("llama.attention.head_count_kv", .i32s([2, 2])) }["num_key_value_heads"] == 2)
        #expect(
            failure { $0.set("llama.attention.head_count_kv", .i32s([2, 4])) }.contains("differs from layer to layer"))
    }

    @Test("What the loader does not know is refused by name")
    func refusals() {
        #expect(failure { rename(&$0, to: "mamba") }.contains("mamba is not supported; supported: llama, mistral3, "))
        #expect(failure { $0.set("llama.expert_group_count", .u32(8)) }.contains("llama.expert_group_count"))
        #expect(failure { $0.set("llama.expert_count", .u32(0)) } == "")
        #expect(failure { $0.set("llama.block_count", nil) }.contains("\"llama.block_count\": is missing"))
        #expect(failure { $0.set("llama.block_count", .string("1")) }.contains("expected an integer, found string"))
        #expect(failure { $0.set("llama.attention.head_count", .u32(0)) }.contains("head_count"))
        #expect(failure { $0.set("llama.attention.head_count", .u32(5)) }.contains("no multiple of 5 heads"))
        #expect(failure { $0.set("tokenizer.ggml.tokens", nil) }.contains("tokenizer.ggml.tokens"))
        #expect(failure { $0.set("tokenizer.ggml.eos_token_id", .u32(2)) }.contains("there are 2 tokens"))
        #expect(failure { $0.set("tokenizer.ggml.token_type", .i32s([1])) }.contains("1 entries for 2 tokens"))
    }

    @Test("A model in several files opens from its first part")
    func split() throws {
        var first = GGUFBuilder.tinyLlama()
        first.set("split.count", .u32(2))
        first.set("split.no", .u32(0))
        var second = GGUFBuilder()
        second.addTensor("output_norm.weight", dims: [64], type: 0, byteCount: 256)
        let folder = TemporaryFolder()
        folder.write("m-00001-of-00002.gguf", first.bytes)
        #expect(message { _ = try Checkpoint.open(path: folder.path) }.contains("m-00002-of-00002.gguf: no such file"))
        folder.write("m-00002-of-00002.gguf", second.bytes)
        #expect(
            try Checkpoint.open(path: folder.path).weights.names == ["model.embed_tokens.weight", "model.norm.weight"])
    }
}

@Suite struct HuggingFaceCheckpointTests {
    private func folder(config: String = #"{"architectures": ["LlamaForCausalLM"]}"#) -> TemporaryFolder {
        let folder = TemporaryFolder()
        folder.write("config.json", config)
        return folder
    }

    private func shard(_ names: String...) -> [UInt8] {
        var writer = SafetensorsWriter()
        for name in names { writer.add(name, shape: [2], [Float(1), 2]) }
        return writer.bytes()
    }

    private func failure(_ path: String) -> String { message { _ = try Checkpoint.open(path: path) } }

    @Test("A folder with one file gives weights, configuration, template and tokenizer")
    func single() throws {
        let folder = folder()
        folder.write("model.safetensors", try Fixture.bytes("all.safetensors"))
        folder.write("generation_config.json", #"{"temperature": 0.6}"#)
        folder.write("tokenizer_config.json", #"{"chat_template": "hello"}"#)
        let checkpoint = try Checkpoint.open(path: folder.path)
        #expect(checkpoint.config.architecture == "LlamaForCausalLM")
        #expect(checkpoint.generationConfig?["temperature"] == 0.6)
        #expect(checkpoint.chatTemplate == "hello")
        #expect(checkpoint.weights.weight("bfloat16")?.format == .bf16)
        #expect(checkpoint.weights.weight("float16")?.shape == [2, 3])
        #expect(checkpoint.parameterCount == 12 * 6 + 1)
        guard case .huggingFace(let directory) = checkpoint.tokenizer else {
            Issue.record("expected a Hugging Face tokenizer")
            return
        }
        #expect(directory == folder.path)
    }

    @Test("Weights of unsupported types are not there and say why")
    func unsupportedTypes() throws {
        let folder = folder()
        folder.write("model.safetensors", try Fixture.bytes("all.safetensors"))
        let weights = try Checkpoint.open(path: folder.path).weights
        for (name, type) in [("float8_e4m3fn", "F8_E4M3"), ("int64", "I64"), ("uint8", "U8"), ("float64", "F64")] {
            #expect(weights.weight(name) == nil)
            #expect(try #require(weights.refusal(of: name)).contains(type))
        }
        #expect(weights.refusal(of: "float32") == nil)
        #expect(weights.refusal(of: "nothing") == nil)
    }

    @Test("A bare model's weights are found without their prefix, and embed_out for lm_head")
    func otherSpellings() throws {
        let folder = folder()
        folder.write("model.safetensors", shard("h.0.ln_1.weight", "wte.weight", "embed_out.weight"))
        let weights = try Checkpoint.open(path: folder.path).weights
        for name in ["transformer.h.0.ln_1.weight", "transformer.wte.weight", "lm_head.weight", "wte.weight"] {
            #expect(weights.weight(name)?.shape == [2], "\(name)")
        }
        for name in ["transformer.h.1.ln_1.weight", "lm_head.bias", "h.wte.weight", "wte", "transformer.", ""] {
            #expect(weights.weight(name) == nil, "\(name)")
        }
    }

    @Test("A prefix that other weights have is not left out")
    func prefixThatIsThere() throws {
        let folder = folder()
        folder.write("model.safetensors", shard("model.norm.weight", "embed_tokens.weight"))
        #expect(try Checkpoint.open(path: folder.path).weights.weight("model.embed_tokens.weight") == nil)
    }

    @Test("Shards are found through the index")
    func sharded() throws {
        let folder = folder()
        folder.write("a.safetensors", shard("x", "y"))
        folder.write("b.safetensors", shard("z"))
        folder.write(
            "model.safetensors.index.json",
            #"{"weight_map": {"x": "a.safetensors", "y": "a.safetensors", "z": "b.safetensors"}}"#)
        let checkpoint = try Checkpoint.open(path: folder.path)
        #expect(checkpoint.weights.names == ["x", "y", "z"])
        #expect(checkpoint.files.count == 2)
        let view = try #require(checkpoint.weights.weight("z"))
        checkpoint.weights.discardPages(of: view)
        #expect(view.bytes.loadUnaligned(fromByteOffset: 4, as: Float.self) == 2)
    }

    @Test(
        "Indices that do not fit the files are refused",
        arguments: [
            (#"{"weight_map": {"x": "c.safetensors"}}"#, "no such file"),
            (#"{"weight_map": {"w": "a.safetensors"}}"#, "\"w\" is missing from this shard"),
            (#"{"weight_map": {"x": "../a.safetensors"}}"#, "no file name in the same folder"),
            (#"{"weight_map": {"x": "/etc/passwd"}}"#, "no file name in the same folder"),
            (#"{"weight_map": {"x": ".."}}"#, "no file name in the same folder"),
            (#"{"weight_map": {"x": ""}}"#, "no file name in the same folder"),
            (#"{"weight_map": {"x": 1}}"#, "expected a file name"),
            (#"{"weight_map": {}}"#, "names no weights"),
            (#"{}"#, "weight_map"),
            (#"{"#, "invalid JSON"),
        ])
    func brokenIndex(index: String, expected: String) {
        let folder = folder()
        folder.write("a.safetensors", shard("x"))
        folder.write("model.safetensors.index.json", index)
        #expect(failure(folder.path).contains(expected))
    }

    @Test("A weight in two files is refused")
    func duplicates() {
        let folder = folder()
        folder.write("a.safetensors", shard("x"))
        folder.write("b.safetensors", shard("x"))
        #expect(failure(folder.path).contains("is in a.safetensors too"))
    }

    @Test("Paths without a model say what would be accepted")
    func nothingThere() {
        #expect(failure("/nonexistent/model").contains("no such file or folder; give a folder with config.json"))
        let empty = TemporaryFolder()
        #expect(failure(empty.path).contains("no config.json and no .gguf file"))
        let pickled = folder()
        pickled.write("pytorch_model.bin", "x")
        #expect(failure(pickled.path).contains("convert them to safetensors"))
        #expect(failure("\(pickled.path)/pytorch_model.bin").contains("convert them to safetensors"))
        #expect(failure("\(pickled.path)/config.json").contains("is no GGUF file; give a folder"))
        pickled.write("x.safetensors", shard("x"))
        #expect(failure("\(pickled.path)/x.safetensors").contains("give its folder"))
        empty.write("a.gguf", "GGUF")
        empty.write("b.gguf", "GGUF")
        #expect(failure(empty.path).contains("name one: a.gguf, b.gguf"))
        empty.write("c", "")
        #expect(failure("\(empty.path)/c").contains("is no GGUF file"))
    }

    @Test("A folder that is broken JSON says so")
    func brokenConfig() {
        let folder = folder(config: "[1]")
        folder.write("model.safetensors", shard("x"))
        #expect(failure(folder.path).contains("config.json: expected a JSON object, found array"))
    }

    @Test("chat_template.jinja comes before tokenizer_config.json, and lists have a default")
    func chatTemplates() throws {
        let folder = folder()
        folder.write("model.safetensors", shard("x"))
        #expect(try Checkpoint.open(path: folder.path).chatTemplate == nil)
        folder.write(
            "tokenizer_config.json",
            #"{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}"#)
        #expect(try Checkpoint.open(path: folder.path).chatTemplates == ["default": "d", "tool_use": "t"])
        folder.write("chat_template.jinja", "j")
        #expect(try Checkpoint.open(path: folder.path).chatTemplates == ["default": "j"])
    }
}
