import MartletJSON
import MartletModelIR
import MartletWeights
import Testing

/// Multimodal checkpoints of transformers, see Scripts/goldens/families/dense.py.
@Suite struct LanguageModelPartTests {
    private func open(_ name: String) throws -> Checkpoint {
        try Checkpoint.open(path: Fixture.path("../models/\(name)"))
    }

    @Test(
        "the language model of a multimodal checkpoint has plain keys and names",
        arguments: [
            ("qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration", true),
            ("qwen3_vl", "Qwen3VLForConditionalGeneration", false),
            ("mistral3", "Mistral3ForConditionalGeneration", false),
            ("gemma3_vision", "Gemma3ForConditionalGeneration", true),
        ])
    func part(_ name: String, _ architecture: String, _ isTied: Bool) throws {
        let checkpoint = try open(name)
        let json = checkpoint.config.json
        #expect(checkpoint.config.architecture == architecture)
        #expect(json["vocab_size"] == 160 && json["vision_config"] == nil && json["text_config"] == nil)
        #expect(json["tie_word_embeddings"] == .bool(isTied))
        #expect(checkpoint.config.origin.hasSuffix("config.json: text_config"))
        let names = checkpoint.weights.names
        #expect(names.contains("model.embed_tokens.weight") && names.contains("model.layers.1.mlp.up_proj.weight"))
        #expect(names.contains("lm_head.weight") == !isTied)
        #expect(
            names.allSatisfy { name in
                ["model.layers.", "model.norm.", "model.embed_tokens.", "lm_head."].contains(where: name.hasPrefix)
            })
        #expect(names.allSatisfy { checkpoint.weights.weight($0) != nil })
        #expect(checkpoint.weights.weight("model.visual.merger.norm.weight") == nil)
    }

    @Test("text models keep their configuration and names")
    func textOnly() throws {
        let checkpoint = try open("qwen3")
        #expect(checkpoint.config.origin.hasSuffix("config.json"))
        #expect(checkpoint.config.json["tie_word_embeddings"] == true)
        #expect(checkpoint.mediaTokenIDs.isEmpty)
    }

    @Test("tokens that stand for images are known, wherever the configuration has them")
    func mediaTokens() throws {
        for name in ["qwen2_5_vl", "qwen3_vl", "mistral3", "gemma3_vision"] {
            let path = Fixture.path("../models/\(name)")
            let overrides: JSONValue = ["image_token_id": 7, "video_token_index": 9]
            let ids = try Checkpoint.open(path: path, configOverrides: #require(overrides.objectValue)).mediaTokenIDs
            #expect(ids.isSuperset(of: [7, 9]) && ids.count <= 4, "\(name): \(ids)")
        }
    }
}
