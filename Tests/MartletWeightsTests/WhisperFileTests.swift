import Glibc
import MartletJSON
import MartletModelIR
import Testing

@testable import MartletWeights

/// whisper.cpp's model files: what they say, and what must not get through.
@Suite struct WhisperFileTests {
    /// A file of one layer on each side, 32 columns, 8 tokens.
    struct Builder {
        var parameters: [Int32] = [8, 10, 32, 2, 1, 6, 32, 4, 1, 16, 1]
        var filters: (rows: Int32, columns: Int32) = (16, 201)
        var tokens = ["a", "b", " c", ""]
        /// OpenAI's name, sizes innermost first, type, bytes.
        var tensors: [(name: String, sizes: [Int32], type: Int32, bytes: [UInt8])] = []

        init() {
            let width: Int32 = 32
            func add(_ name: String, _ sizes: [Int32], type: Int32 = 0) {
                let count = Int(sizes.reduce(1, *))
                tensors.append((name, sizes, type, [UInt8](repeating: 0, count: count * (type == 0 ? 4 : 2))))
            }
            add("encoder.conv1.weight", [3, 16, width], type: 1)
            add("encoder.conv1.bias", [1, width])
            add("encoder.conv2.weight", [3, width, width], type: 1)
            add("encoder.conv2.bias", [1, width])
            add("encoder.positional_embedding", [width, 10])
            for name in ["encoder.ln_post", "decoder.ln"] {
                for kind in ["weight", "bias"] { add("\(name).\(kind)", [width]) }
            }
            add("decoder.positional_embedding", [width, 6])
            add("decoder.token_embedding.weight", [width, 8], type: 1)
            for (stack, attentions) in [("encoder", ["attn"]), ("decoder", ["attn", "cross_attn"])] {
                let layer = "\(stack).blocks.0"
                for attention in attentions {
                    for projection in ["query", "key", "value", "out"] {
                        add("\(layer).\(attention).\(projection).weight", [width, width], type: 1)
                        if projection != "key" { add("\(layer).\(attention).\(projection).bias", [width]) }
                    }
                    for kind in ["weight", "bias"] { add("\(layer).\(attention)_ln.\(kind)", [width]) }
                }
                add("\(layer).mlp.0.weight", [width, 4 * width], type: 1)
                add("\(layer).mlp.0.bias", [4 * width])
                add("\(layer).mlp.2.weight", [4 * width, width], type: 1)
                add("\(layer).mlp.2.bias", [width])
                for kind in ["weight", "bias"] { add("\(layer).mlp_ln.\(kind)", [width]) }
            }
        }

        /// The file, and where its parts begin.
        func bytes() -> [UInt8] {
            var bytes = Array("lmgg".utf8)
            func add(_ number: Int32) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
            parameters.forEach(add)
            add(filters.rows)
            add(filters.columns)
            bytes += [UInt8](repeating: 0, count: max(0, 4 * Int(filters.rows) * Int(filters.columns)))
            add(Int32(tokens.count))
            for token in tokens {
                add(Int32(token.utf8.count))
                bytes += Array(token.utf8)
            }
            for tensor in tensors {
                add(Int32(tensor.sizes.count))
                add(Int32(tensor.name.utf8.count))
                add(tensor.type)
                tensor.sizes.forEach(add)
                bytes += Array(tensor.name.utf8) + tensor.bytes
            }
            return bytes
        }

        func open() throws -> Checkpoint {
            let folder = TemporaryFolder()
            folder.write("ggml-test.bin", bytes())
            return try Checkpoint.open(path: "\(folder.path)/ggml-test.bin")
        }
    }

    private func failure(_ change: (inout Builder) -> Void) -> String {
        var builder = Builder()
        change(&builder)
        return message { _ = try builder.open() }
    }

    @Test("header, vocabulary and tensors come out under Hugging Face's names")
    func whole() throws {
        let checkpoint = try Builder().open()
        let config = checkpoint.config
        #expect(config.architecture == "WhisperForConditionalGeneration")
        let expected = [
            "vocab_size": 8, "max_source_positions": 10, "d_model": 32, "encoder_attention_heads": 2,
            "encoder_layers": 1,
            "max_target_positions": 6, "decoder_attention_heads": 4, "decoder_layers": 1, "num_mel_bins": 16,
            "encoder_ffn_dim": 128, "decoder_ffn_dim": 128,
        ]
        for (key, value) in expected { #expect(try config.int(key) == value, "\(key)") }
        guard case .whisper(let vocabulary) = checkpoint.tokenizer else {
            Issue.record("another tokenizer")
            return
        }
        #expect(vocabulary.tokens.map { String(decoding: $0, as: UTF8.self) } == ["a", "b", " c", ""])
        #expect(vocabulary.vocabSize == 8 && !vocabulary.isMultilingual)
        #expect(checkpoint.generationConfig?["eos_token_id"] == nil)
        let convolution = try #require(checkpoint.weights.weight("model.encoder.conv1.weight"))
        #expect(convolution.shape == [32, 16, 3] && convolution.format == .f16)
        let key = try #require(checkpoint.weights.weight("model.decoder.layers.0.encoder_attn.k_proj.weight"))
        #expect(key.shape == [32, 32] && key.bytes.count == 2048)
        #expect(checkpoint.weights.weight("model.decoder.layers.0.fc2.bias")?.shape == [32])
        #expect(checkpoint.weights.weight("proj_out.weight") == nil)
        #expect(checkpoint.formats.map(\.name) == ["F16", "F32"])
        #expect(checkpoint.weights.names.count == Builder().tensors.count)
    }

    @Test("a folder with one such file is a checkpoint, with several it is not")
    func folders() throws {
        let folder = TemporaryFolder()
        folder.write("ggml-base.bin", Builder().bytes())
        #expect(try Checkpoint.open(path: folder.path).files.count == 1)
        folder.write("notes.bin", "something else")
        folder.write("config.json", "{}")
        #expect(try Checkpoint.open(path: folder.path).files.count == 1)
        folder.write("ggml-tiny.bin", Builder().bytes())
        #expect(message { _ = try Checkpoint.open(path: folder.path) }.contains("ggml-base.bin, ggml-tiny.bin"))
    }

    @Test(
        "special tokens follow from the size of the vocabulary",
        arguments: [(51_864, 50_256, 50_362, false), (51_865, 50_257, 50_363, true), (51_866, 50_257, 50_364, true)])
    func specialTokens(_ size: Int, _ endOfText: Int, _ noTimestamps: Int, _ isMultilingual: Bool) throws {
        var builder = Builder()
        builder.parameters[0] = Int32(size)
        let generation = try #require(try builder.open().generationConfig)
        #expect(generation["eos_token_id"]?.intValue == endOfText)
        #expect(generation["decoder_start_token_id"]?.intValue == endOfText + 1)
        #expect(generation["no_timestamps_token_id"]?.intValue == noTimestamps)
        #expect(generation["is_multilingual"]?.boolValue == isMultilingual)
    }

    @Test("alignment heads are those OpenAI published for the shape, where only one model has it")
    func alignmentHeads() {
        func heads(_ encoder: Int, _ decoder: Int, _ heads: Int, _ isMultilingual: Bool, _ mels: Int) -> [[Int]]? {
            WhisperAlignment.heads(
                .init(
                    encoderLayers: encoder, decoderLayers: decoder, decoderHeads: heads,
                    isMultilingual: isMultilingual, numMelBins: mels))
        }
        #expect(heads(4, 4, 6, true, 80) == [[2, 2], [3, 0], [3, 2], [3, 3], [3, 4], [3, 5]])
        #expect(heads(4, 4, 6, false, 80)?.count == 8)
        #expect(heads(32, 4, 20, true, 128)?.first == [2, 4])
        #expect(heads(32, 32, 20, true, 128)?.count == 10)
        #expect(heads(32, 32, 20, true, 80) == nil && heads(32, 2, 20, true, 128) == nil)
    }

    @Test(
        "tensors of every type have the size of their blocks",
        arguments: [
            WeightFormat.q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_nl, .bf16, .f32,
        ])
    func types(_ format: WeightFormat) throws {
        var builder = Builder()
        builder.parameters[10] = 2000 + Int32(format.rawValue)
        for index in builder.tensors.indices where builder.tensors[index].name.hasSuffix("mlp.2.weight") {
            builder.tensors[index].type = Int32(format.rawValue)
            builder.tensors[index].bytes = [UInt8](repeating: 7, count: format.rowBytes(128) * 32)
        }
        let checkpoint = try builder.open()
        let view = try #require(checkpoint.weights.weight("model.encoder.layers.0.fc2.weight"))
        // The bytes live as long as the checkpoint.
        withExtendedLifetime(checkpoint) {
            #expect(view.format == format && view.shape == [32, 128] && view.bytes.allSatisfy { $0 == 7 })
        }
    }

    @Test("what is missing, unknown, doubled or of an old layout is told")
    func refusals() {
        #expect(failure { $0.tensors = [] }.contains("has no tensors, only a header and a vocabulary"))
        #expect(failure { $0.tensors.removeLast() }.contains("1 of 50 tensors are missing: model.decoder.layers.0"))
        #expect(failure { $0.tensors[0].name = "encoder.conv3.weight" }.contains("encoder.conv3.weight"))
        #expect(failure { $0.tensors[1].name = "encoder.blocks.0.cross_attn.query.bias" }.contains("no known part"))
        #expect(failure { $0.tensors.append($0.tensors[0]) }.contains("twice"))
        #expect(failure { $0.tensors[0].type = 4 }.contains("type 4"))
        #expect(failure { $0.tensors[0].type = 1000 }.contains("type 1000"))
        let old = failure {
            $0.parameters[10] = 1002
            $0.tensors[8].type = 2
        }
        #expect(old.contains("version 1"), "\(old)")
        #expect(failure { $0.parameters[6] = 64 }.contains("n_text_state"))
        #expect(failure { $0.parameters[4] = 0 }.contains("n_audio_layer"))
        #expect(failure { $0.parameters[4] = 3 }.contains("tensors are missing"))
        #expect(failure { $0.parameters[0] = 3 }.contains("vocabulary of 4 tokens"))
        #expect(failure { $0.filters = (80, 201) }.contains("mel filters of 80 x 201"))
        #expect(failure { $0.tensors[0].sizes = [3, -16, 32] }.contains("shape"))
        #expect(failure { $0.tensors[0].sizes = [.max, .max, .max] }.contains("conv1.weight"))
    }

    @Test("files that PyTorch wrote are refused with a way out, whatever their names")
    func pickles() {
        let folder = TemporaryFolder()
        for (name, bytes) in [
            ("tiny.pt", [0x50, 0x4B, 3, 4, 0]), ("model", [0x50, 0x4B, 3, 4, 0]), ("old", [0x80, 2, 0x8A, 0x0A]),
            ("other.pt", [1, 2, 3]),
        ] as [(String, [UInt8])] {
            folder.write(name, bytes)
            let text = message { _ = try Checkpoint.open(path: "\(folder.path)/\(name)") }
            #expect(text.contains("safetensors") && text.contains("can run code"), "\(text)")
        }
        #expect(message { _ = try Checkpoint.open(path: folder.path) }.contains("openai/whisper-* has it"))
        folder.write("config.json", "{}")
        #expect(message { _ = try Checkpoint.open(path: folder.path) }.contains("openai/whisper-* has it"))
    }

    @Test("a file cut anywhere is refused")
    func truncations() {
        let bytes = Builder().bytes()
        var generator = SeededGenerator(seed: 11)
        let ends = Array(4..<90) + (0..<300).map { _ in Int.random(in: 90..<bytes.count, using: &generator) }
        for end in ends {
            ExactBytes(Array(bytes.prefix(end))).withFile { file in
                _ = #expect(throws: CheckpointError.self, "cut at \(end)") {
                    let whisper = try WhisperGGML(file: file)
                    _ = try Checkpoint(whisper: whisper, configOverrides: JSONObject())
                }
            }
        }
    }

    @Test("changed bytes give a checkpoint or an error, and nothing is read outside the file")
    func fuzz() {
        let bytes = Builder().bytes()
        var generator = SeededGenerator(seed: 12)
        let header = 4 + 44 + 8
        let tensorStart = header + 4 * 16 * 201
        for round in 0..<600 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place =
                    round % 2 == 0
                    ? Int.random(in: 0..<header, using: &generator)
                    : Int.random(in: tensorStart..<min(tensorStart + 400, bytes.count), using: &generator)
                changed[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
                    .randomElement(using: &generator)!
            }
            ExactBytes(changed).withFile { file in
                guard let whisper = try? WhisperGGML(file: file) else { return }
                guard let checkpoint = try? Checkpoint(whisper: whisper, configOverrides: JSONObject()) else { return }
                for name in checkpoint.weights.names { _ = checkpoint.weights.weight(name)?.bytes.last }
            }
        }
    }

    @Test("names are those of Hugging Face in either spelling, and nothing else is one")
    func names() {
        let all = WhisperNames.all(encoderLayers: 2, decoderLayers: 3)
        #expect(all.count == 11 + 2 * 15 + 3 * 24)
        for name in all {
            #expect(WhisperNames.huggingFace(name) == name)
            #expect(WhisperNames.huggingFace(String(name.dropFirst("model.".count))) == name)
        }
        #expect(
            WhisperNames.huggingFace("decoder.blocks.11.cross_attn_ln.bias")
                == "model.decoder.layers.11.encoder_attn_layer_norm.bias")
        #expect(WhisperNames.huggingFace("proj_out.weight") == "proj_out.weight")
        for name in [
            "", ".", "encoder", "encoder.blocks.0", "encoder.blocks.-1.mlp.0.weight", "encoder.blocks.01.mlp.0.weight",
            "encoder.blocks.0.mlp.1.weight", "encoder.layers.0.mlp.0.weight", "encoder.blocks.0.fc1.weight",
            "encoder.blocks.0.cross_attn.key.weight", "middle.blocks.0.mlp.0.weight", "encoder.blocks.0.mlp.0.scale",
            "encoder.blocks.99999999999999999999.mlp.0.weight",
        ] { #expect(WhisperNames.huggingFace(name) == nil, "\(name)") }
    }
}
