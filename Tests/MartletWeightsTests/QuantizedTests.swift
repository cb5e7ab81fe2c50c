import MartletJSON
import MartletModelIR
import MartletWeights
import Testing

@Suite struct QuantizedTests {
    @Test("FP8 weights with scales in every layout stand for what torch makes of them")
    func float8() throws {
        let checkpoint = try Checkpoint.open(path: Fixture.path("fp8"))
        let expected = try Safetensors(path: Fixture.path("fp8.expected.safetensors"))
        #expect(Set(checkpoint.weights.names) == Set(expected.entries.map(\.name)))
        for entry in expected.entries {
            let view = try #require(checkpoint.weights.weight(entry.name), "\(entry.name)")
            #expect(view.shape == entry.shape)
            #expect(view.format == (entry.name == "norm.weight" ? .f32 : .f8_e4m3))
            #expect(view.dequantized() == (try expected.float32(entry.name)), "\(entry.name)")
            #expect(checkpoint.weights.refusal(of: entry.name) == nil)
        }
        #expect(checkpoint.parameterCount == expected.entries.reduce(0) { $0 + $1.shape.reduce(1, *) })
        #expect(checkpoint.config.derivations.map(\.name) == ["weight_quantization", "activation_quantization"])
        #expect(checkpoint.config.derivations[1].rule?.contains("static") == true)
    }

    @Test("A tensor without scales is refused, as are scales without FP8, and the message names what was looked for")
    func contradictions() throws {
        let folder = try Self.folder(
            #"{"quant_method":"fp8","weight_block_size":[16,16]}"#,
            #""a.weight":{"dtype":"F8_E4M3","shape":[2,4],"data_offsets":[0,8]},"#
                + #""b.weight":{"dtype":"F8_E4M3","shape":[2,4],"data_offsets":[8,16]},"#
                + #""b.weight_scale_inv":{"dtype":"F32","shape":[3,1],"data_offsets":[16,28]},"#
                + #""c.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[28,32]},"#
                + #""c.weight_scale":{"dtype":"F32","shape":[1],"data_offsets":[32,36]},"#
                + #""d.weight":{"dtype":"F8_E5M2","shape":[2,2],"data_offsets":[36,40]},"#
                + #""e.weight":{"dtype":"F8_E4M3","shape":[2,2],"data_offsets":[40,44]},"#
                + #""e.weight_scale":{"dtype":"I32","shape":[1],"data_offsets":[44,48]},"#
                + #""f.weight":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[48,52]},"#
                + #""f.weight_scale":{"dtype":"F32","shape":[1],"data_offsets":[52,56]}"#, bytes: 56)
        let weights = try Checkpoint.open(path: folder.path).weights
        for (name, expected) in [
            ("a.weight", "a.weight_scale_inv, a.weight_scale, a.qscale_weight"), ("b.weight", "of shape [3, 1]"),
            ("c.weight", "there are scales for it: c.weight_scale"), ("d.weight", "F8_E5M2"), ("e.weight", "I32"),
            ("f.weight", "of shape [1] cannot be the scales of a weight of shape [4]"),
        ] {
            #expect(weights.weight(name) == nil)
            #expect(weights.refusal(of: name)?.contains(expected) == true, "\(weights.refusal(of: name) ?? "")")
        }
        #expect(weights.refusal(of: "z.weight") == nil)
    }

    @Test("FP8 without quantization_config is refused")
    func unexplained() throws {
        let folder = try Self.folder(
            "null",
            #""a.weight":{"dtype":"F8_E4M3","shape":[2,4],"data_offsets":[0,8]},"#
                + #""a.weight_scale":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}"#, bytes: 12)
        let weights = try Checkpoint.open(path: folder.path).weights
        #expect(weights.refusal(of: "a.weight")?.contains("no quantization_config") == true)
    }

    @Test("Blocks and scales of MXFP4 are one weight with the values transformers gives it")
    func mxfp4() throws {
        let folder = TemporaryFolder()
        folder.write("model.safetensors", try Fixture.bytes("mxfp4.safetensors"))
        folder.write("config.json", #"{"quantization_config":{"quant_method":"mxfp4","modules_to_not_convert":["x"]}}"#)
        let weights = try Checkpoint.open(path: folder.path).weights
        let view = try #require(weights.weight("experts.gate_up_proj"))
        #expect(view.shape == [3, 6, 64] && view.format == .e2m1)
        #expect(view.dequantized() == (try Safetensors(path: Fixture.path("mxfp4.safetensors")).float32("expected")))
        #expect(Set(weights.names) == ["experts.gate_up_proj", "expected"])
        // One expert's matrix, and every second row of it.
        for ref in [
            WeightRef(name: "experts.gate_up_proj", shape: [6, 64]).stacked(at: 2, of: 3),
            WeightRef(name: "experts.gate_up_proj", shape: [6, 64]).stacked(at: 1, of: 3).rows(
                start: 1, length: 1, stride: 2, count: 3),
        ] {
            let part = try weights.checked(ref, backend: "test")
            let index = ref.selection.index!
            let whole = Array(view.dequantized()[(index * 384)..<((index + 1) * 384)])
            let rows = ref.selection.rows == nil ? Array(0..<6) : [1, 3, 5]
            #expect(part.format == .e2m1 && part.shape == [rows.count, 64])
            #expect(part.dequantized() == rows.flatMap { whole[($0 * 64)..<(($0 + 1) * 64)] })
        }
    }

    @Test("MXFP4 blocks whose scales are missing or of another shape are refused")
    func brokenMXFP4() throws {
        let folder = try Self.folder(
            #"{"quant_method":"mxfp4"}"#,
            #""a_blocks":{"dtype":"U8","shape":[1,1,16],"data_offsets":[0,16]},"#
                + #""b_blocks":{"dtype":"U8","shape":[1,1,16],"data_offsets":[16,32]},"#
                + #""b_scales":{"dtype":"U8","shape":[1,2],"data_offsets":[32,34]}"#, bytes: 34)
        let weights = try Checkpoint.open(path: folder.path).weights
        #expect(weights.refusal(of: "a")?.contains("looked for a_scales") == true)
        #expect(weights.refusal(of: "b")?.contains("[1, 2]") == true)
        #expect(weights.refusal(of: "c") == nil && weights.weight("c") == nil)
    }

    @Test(
        "What cannot be read is refused by the key that says so",
        arguments: [
            (#"{"quant_method":"gptq","bits":4}"#, #"quantization_config.quant_method: "gptq""#),
            (#"{"quant_method":"awq"}"#, #""awq""#), (#"{"quant_method":"bitsandbytes"}"#, "bitsandbytes"),
            (#"{"quant_method":"modelopt","quant_algo":"NVFP4"}"#, "modelopt"), (#"{"bits":4}"#, "quant_method"),
            ("[]", "expected an object"), (#"{"quant_method":7}"#, "expected a string"),
            (#"{"quant_method":"fp8","fmt":"e5m2"}"#, "quantization_config.fmt"),
            (#"{"quant_method":"fp8","activation_scheme":"odd"}"#, "activation_scheme"),
            (#"{"quant_method":"fp8","expert_dtype":"fp4"}"#, "expert_dtype"),
            (#"{"quant_method":"fp8","scale_fmt":"x"}"#, "scale_fmt"),
            (#"{"quant_method":"fp8","weight_block_size":[128]}"#, "weight_block_size"),
            (#"{"quant_method":"fp8","weight_block_size":[0,128]}"#, "weight_block_size"),
            (#"{"quant_method":"fp8","weight_block_size":[128,9223372036854775807]}"#, "weight_block_size"),
            (#"{"quant_method":"compressed-tensors","format":"pack-quantized"}"#, "quantization_config.format"),
            (#"{"quant_method":"compressed-tensors","format":"float-quantized"}"#, "config_groups"),
            (
                #"{"quant_method":"compressed-tensors","format":"float-quantized","config_groups":{"g":{"weights":{"type":"int","num_bits":8}}}}"#,
                "config_groups.g.weights.type"
            ),
            (
                #"{"quant_method":"compressed-tensors","format":"float-quantized","config_groups":{"g":{"weights":{"type":"float","num_bits":8,"strategy":"x"}}}}"#,
                "config_groups.g.weights.strategy"
            ),
            (
                #"{"quant_method":"compressed-tensors","format":"float-quantized","sparsity_config":{"format":"sparse-24-bitmask"}}"#,
                "sparsity_config.format"
            ),
            (
                #"{"quant_method":"compressed-tensors","format":"float-quantized","transform_config":{"a":1}}"#,
                "transform_config"
            ),
        ])
    func refusals(section: String, expected: String) throws {
        let folder = try Self.folder(section, "", bytes: 0)
        let found = message { _ = try Checkpoint.open(path: folder.path) }
        #expect(found.contains(expected) && found.contains("quantization_config"), "\(found)")
    }

    @Test("Blocks and groups of compressed-tensors, and the section of a text_config, are read")
    func sections() throws {
        for (weights, shape) in [
            (#""strategy":"block","block_structure":[2,4]"#, "[2,2]"), (#""strategy":"group","group_size":4"#, "[4,2]"),
            (#""strategy":"channel""#, "[4,1]"), (#""strategy":"tensor""#, "[1]"),
        ] {
            let section =
                #"{"quant_method":"compressed-tensors","format":"float-quantized","config_groups":{"g":{"weights":{"#
                + #""type":"float","num_bits":8,\#(weights)}}}}"#
            let count = shape.split(whereSeparator: { !$0.isNumber }).reduce(1) { $0 * Int($1)! }
            let header =
                #""a.weight":{"dtype":"F8_E4M3","shape":[4,8],"data_offsets":[0,32]},"#
                + #""a.weight_scale":{"dtype":"F32","shape":\#(shape),"data_offsets":[32,\#(32 + 4 * count)]}"#
            for isNested in [false, true] {
                let folder = try Self.folder(section, header, bytes: 32 + 4 * count, isNested: isNested)
                let weights = try Checkpoint.open(path: folder.path).weights
                #expect(weights.weight("a.weight")?.scales != nil, "\(weights.refusal(of: "a.weight") ?? "")")
            }
        }
    }

    private static func folder(
        _ section: String, _ header: String, bytes: Int, isNested: Bool = false
    ) throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let config = #"{"quantization_config":\#(section)}"#
        folder.write("config.json", isNested ? #"{"text_config":\#(config)}"# : config)
        let text = Array("{\(header)}".utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        folder.write("model.safetensors", length + text + [UInt8](repeating: 0, count: bytes))
        return folder
    }
}
