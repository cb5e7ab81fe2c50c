import MartletJSON
import MartletModelIR
import MartletModels
import Testing

/// Whisper against transformers, see Scripts/goldens/make_whisper.py.
@Suite struct WhisperTests {
    static let folders = ["multilingual", "large_v3", "distil", "untied"]
    struct Golden {
        let inputFeatures, encoderHiddenStates, logits, crossWeights, greedyMargins: [Float]
        let inputIDs, greedyIDs: [Int32]

        static func all(of folder: String) throws -> [Golden] {
            let tensors = try Tensors("whisper/\(folder)/golden.safetensors")
            func floats(_ index: Int, _ name: String) throws -> [Float] {
                try tensors.values("case\(index).\(name)", as: Float.self)
            }
            return try (0..<2).map { index in
                Golden(
                    inputFeatures: try floats(index, "input_features"),
                    encoderHiddenStates: try floats(index, "encoder_hidden_states"),
                    logits: try floats(index, "logits"), crossWeights: try floats(index, "cross_weights"),
                    greedyMargins: try floats(index, "greedy_margin"),
                    inputIDs: try tensors.values("case\(index).input_ids", as: Int32.self),
                    greedyIDs: try tensors.values("case\(index).greedy_ids", as: Int32.self))
            }
        }
    }

    private func load(_ folder: String, on backend: BackendChoice) throws -> LoadedWhisper {
        try LoadedWhisper(path: "\(Fixture.root)/whisper/\(folder)", on: backend)
    }

    @Test("encoder states are those of transformers, alone and together", arguments: folders, BackendChoice.allCases)
    func encoder(_ folder: String, _ backend: BackendChoice) throws {
        let model = try load(folder, on: backend)
        let cases = try Golden.all(of: folder)
        let together = try model.encode(cases.map(\.inputFeatures))
        for (golden, inCompany) in zip(cases, together) {
            let alone = try model.encode([golden.inputFeatures])
            #expect(alone == [inCompany])
            #expect(alone[0].count == golden.encoderHiddenStates.count)
            #expect(largestDifference(alone, golden.encoderHiddenStates) < 2e-5)
        }
    }

    @Test("logits, attention and greedy tokens are those of transformers", arguments: folders, BackendChoice.allCases)
    func decoder(_ folder: String, _ backend: BackendChoice) throws {
        let model = try load(folder, on: backend)
        let cases = try Golden.all(of: folder)
        // Slots in another order than the requests, one of them overwritten.
        try model.store(cases[0].encoderHiddenStates, slot: 1)
        for (golden, states) in zip(cases, try model.encode(cases.map(\.inputFeatures))) {
            try model.store(states, slot: golden.inputIDs.count == 1 ? 1 : 2)
        }
        let slots = cases.map { $0.inputIDs.count == 1 ? 1 : 2 }
        let chunks = cases.enumerated().map {
            LoadedWhisper.Chunk(request: $0.offset, slot: slots[$0.offset], start: 0, tokenIDs: $0.element.inputIDs)
        }
        let (logits, weights) = try model.decode(chunks)
        #expect(logits.count * model.model.vocabSize == cases.flatMap(\.logits).count)
        #expect(largestDifference(logits, cases.flatMap(\.logits)) < 5e-5)
        #expect(weights.joined().count == cases.flatMap(\.crossWeights).count)
        #expect(largestDifference(weights, cases.flatMap(\.crossWeights)) < 1e-5)
        for (golden, slot) in zip(cases, slots) {
            let count = golden.greedyMargins.firstIndex { $0 < 1e-3 } ?? golden.greedyIDs.count
            #expect(count >= 8)
            #expect(
                try model.greedy(golden.inputIDs, slot: slot, count: count) == Array(golden.greedyIDs.prefix(count)))
        }
    }

    @Test(
        "a prompt in pieces beside another request gives what it gives in one",
        arguments: folders, BackendChoice.allCases)
    func mixedSteps(_ folder: String, _ backend: BackendChoice) throws {
        let model = try load(folder, on: backend)
        let cases = try Golden.all(of: folder)
        for (slot, golden) in cases.enumerated() { try model.store(golden.encoderHiddenStates, slot: slot) }
        let ids = cases[0].inputIDs
        func chunk(_ request: Int, _ start: Int, _ tokenIDs: some Sequence<Int32>) -> LoadedWhisper.Chunk {
            LoadedWhisper.Chunk(request: request, slot: request, start: start, tokenIDs: Array(tokenIDs))
        }
        let first = try model.decode([chunk(0, 0, ids.prefix(2)), chunk(1, 0, cases[1].inputIDs)]).logits
        let second = try model.decode([chunk(1, 1, [7]), chunk(0, 2, ids.dropFirst(2))]).logits
        #expect(largestDifference(Array(first.prefix(2) + second.dropFirst()), cases[0].logits) < 5e-5)
    }

    @Test("what is kept: the decoder's own layers, then one cross layer for each; three programs")
    func shape() throws {
        let model = try load("large_v3", on: .reference)
        #expect(model.model.entryPoints == [.encoder, .crossAttentionKV, .decoder])
        #expect(model.model.kvCacheSpecs.count == 6)
        #expect(model.model.maxPositionEmbeddings == 48)
        #expect(model.numMelBins == 128 && model.numPositions == 20 && model.hiddenSize == 32)
        let cross = model.model.kvCacheSpecs.suffix(3).compactMap {
            if case .cross(let spec) = $0 { spec } else { nil }
        }
        #expect(cross.map(\.alignmentHeads) == [[], [0], [1]])
        #expect(cross.map(\.firstAlignmentHead) == [0, 0, 1])
        #expect(cross.map(\.layer) == [3, 4, 5])
    }

    @Test(
        "what cannot be honoured is refused by key",
        arguments: [
            ("activation_function", "\"mish\""), ("d_model", "385"), ("num_mel_bins", "0"),
            ("encoder_layers", "\"4\""), ("decoder_ffn_dim", "-1"), ("max_source_positions", "70000"),
            ("is_encoder_decoder", "false"), ("alignment_heads", "[[4, 0]]"), ("alignment_heads", "[[0, 6]]"),
            ("alignment_heads", "[[0, 0], [0, 0]]"), ("alignment_heads", "[1]"), ("alignment_heads", "true"),
            ("num_experts", "4"),
        ])
    func refusals(_ key: String, _ value: String) throws {
        let text = "{\"architectures\": [\"WhisperForConditionalGeneration\"], \"\(key)\": \(value)}"
        let config = ModelConfig(json: try #require(try JSONReader.parse(text).objectValue), origin: "config.json")
        let error = #expect(throws: ModelError.self) { try ModelRegistry.builtIn.model(for: config) }
        #expect(error?.key == key, "\(error?.description ?? "")")
    }

    @Test("the configuration class's values stand in for what is not written")
    func defaults() throws {
        let text = """
            {"architectures": ["WhisperForConditionalGeneration"], "encoder_layerdrop": 0.1, "scale_embedding": true,
             "num_hidden_layers": 4, "forced_decoder_ids": [[1, 50259]], "max_length": 448}
            """
        let config = ModelConfig(json: try #require(try JSONReader.parse(text).objectValue), origin: "config.json")
        let model = try ModelRegistry.builtIn.model(for: config)
        #expect(model.vocabSize == 51_865 && model.maxPositionEmbeddings == 448 && model.kvCacheSpecs.count == 8)
        #expect(ModelRegistry.builtIn.isTranscription(config))
        #expect(!ModelRegistry.builtIn.isPoolingOnly(config))
        let error = #expect(throws: ModelError.self) { try ModelRegistry.builtIn.poolingModel(for: config) }
        #expect(error?.message.contains("speech") == true)
    }
}
