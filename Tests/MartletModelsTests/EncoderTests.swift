import MartletJSON
import MartletModelIR
import MartletModels
import MartletWeights
import Testing

/// Encoders and classifiers against transformers, see Scripts/goldens/make_encoders.py.
@Suite struct EncoderTests {
    static let folders = [
        "bert", "bert_classifier", "xlm_roberta", "roberta_classifier", "modernbert", "modernbert_classifier", "qwen3",
        "qwen3_classifier",
    ]

    struct Golden {
        let inputIDs: [Int32]
        let tokenTypes: [Int32]
        let hiddenStates: [Float]
        let logits: [Float]

        static func all(of folder: String) throws -> [Golden] {
            let tensors = try Tensors("encoders/\(folder)/golden.safetensors")
            return try (0..<3).map { index in
                let ids = try tensors.values("case\(index).input_ids", as: Int32.self)
                return Golden(
                    inputIDs: ids,
                    tokenTypes: tensors.tensors["case\(index).token_type_ids"] == nil
                        ? [Int32](repeating: 0, count: ids.count)
                        : try tensors.values("case\(index).token_type_ids", as: Int32.self),
                    hiddenStates: try tensors.values("case\(index).last_hidden_state", as: Float.self),
                    logits: tensors.tensors["case\(index).logits"] == nil
                        ? [] : try tensors.values("case\(index).logits", as: Float.self))
            }
        }
    }

    /// A pooling model on one backend; blocks of a step are numbered in order.
    private final class Loaded {
        let architecture: PoolingArchitecture
        let layers: PooledLayers
        private let executable: any Executable
        private let cache: any KVCacheStorage
        private let batch = InputBatch(maxTokens: 64, maxRequests: 4, maxBlocksPerRequest: 4, maxLogitRows: 64)

        init(_ folder: String, on backend: BackendChoice) throws {
            let checkpoint = try Checkpoint.open(path: "\(Fixture.root)/encoders/\(folder)")
            architecture = try ModelRegistry.builtIn.poolingModel(for: checkpoint.config)
            let weights = architecture.weights(checkpoint.weights)
            layers = try PooledLayers(architecture.head.layers, weights: weights)
            let backend = try backend.make()
            executable = try backend.compile(
                architecture.program, weights: weights,
                options: CompileOptions(
                    maxNumBatchedTokens: 64, maxNumSeqs: 4, maxLogitRows: 64, maxModelLen: 40, float32Arithmetic: true))
            cache = try backend.makeKVCache(
                KVCacheLayout(architecture.model.kvCacheSpecs, numBlocks: 12, blockSize: 16), dtype: .float32)
        }

        /// The hidden states of every token, sequence after sequence.
        func run(_ cases: [Golden]) throws -> [[[Float]]] {
            var token = 0
            for (row, golden) in cases.enumerated() {
                batch.queryStartLoc[row] = Int32(token)
                batch.seqLens[row] = Int32(golden.inputIDs.count)
                for block in 0..<3 { batch.blockTables()[row * 4 + block] = Int32(row * 3 + block) }
                for (position, id) in golden.inputIDs.enumerated() {
                    batch.tokenIDs[token] = id
                    batch.tokenTypes[token] = golden.tokenTypes[position]
                    batch.positions[token] = Int32(position)
                    batch.slotMapping()[token] = Int32(row * 48 + position)
                    batch.logitRows[token] = Int32(token)
                    token += 1
                }
            }
            batch.queryStartLoc[cases.count] = Int32(token)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (token, cases.count, token)
            try executable.submit(batch, kvCache: cache)
            let rows = try executable.collect()
            var next = 0
            return cases.map { golden in
                golden.inputIDs.map { _ in
                    defer { next += 1 }
                    return Array(rows[next])
                }
            }
        }

        func scores(_ rows: [[Float]]) -> [Float] {
            switch architecture.head.pooling {
            case .cls: return layers(rows[0])
            case .last: return layers(rows[rows.count - 1])
            default:
                let sums = rows[0].indices.map { column in rows.reduce(0.0) { $0 + Double($1[column]) } }
                return layers(sums.map { Float($0 / Double(rows.count)) })
            }
        }
    }

    @Test(
        "hidden states and scores are those of transformers, alone and together", arguments: folders,
        BackendChoice.allCases)
    func goldens(_ folder: String, _ backend: BackendChoice) throws {
        let model = try Loaded(folder, on: backend)
        let cases = try Golden.all(of: folder)
        let together = try model.run(cases.reversed())
        for (golden, inCompany) in zip(cases, together.reversed()) {
            let rows = try model.run([golden])[0]
            #expect(rows == inCompany)
            #expect(rows.count * model.architecture.program.nodes.last!.width == golden.hiddenStates.count)
            #expect(largestDifference(rows, golden.hiddenStates) < 2e-5)
            guard !golden.logits.isEmpty else { continue }
            #expect(model.architecture.head.numOutputs == golden.logits.count)
            #expect(largestDifference([model.scores(rows)], golden.logits) < 2e-5)
        }
    }

    @Test("token types and positions matter")
    func typesMatter() throws {
        let model = try Loaded("bert", on: .reference)
        let golden = try Golden.all(of: "bert")[0]
        let plain = Golden(
            inputIDs: golden.inputIDs, tokenTypes: golden.tokenTypes.map { _ in 0 }, hiddenStates: [], logits: [])
        #expect(largestDifference(try model.run([plain])[0], golden.hiddenStates) > 0.01)
    }

    @Test(
        "what encoders cannot honour is refused by key",
        arguments: [
            ("BertModel", "is_decoder", "true"), ("BertModel", "position_embedding_type", "\"relative_key\""),
            ("BertModel", "hidden_act", "\"mish\""), ("BertModel", "hidden_size", "700"),
            ("XLMRobertaModel", "pad_token_id", "4000"), ("XLMRobertaModel", "pad_token_id", "-9"),
            ("ModernBertModel", "local_attention", "0"), ("ModernBertModel", "hidden_size", "33"),
            ("ModernBertModel", "layer_types", "[\"full_attention\"]"), ("ModernBertModel", "norm_eps", "0"),
            ("ModernBertForSequenceClassification", "classifier_pooling", "\"max\""),
            ("BertForSequenceClassification", "id2label", "{}"), ("BertModel", "num_experts", "4"),
        ])
    func refusals(_ architecture: String, _ key: String, _ value: String) throws {
        let text = "{\"architectures\": [\"\(architecture)\"], \"\(key)\": \(value)}"
        let config = try Fixture.config(text)
        let error = #expect(throws: ModelError.self) { try ModelRegistry.builtIn.poolingModel(for: config) }
        #expect(error?.key.hasPrefix(key) == true, "\(error?.description ?? "")")
    }

    @Test("what gives no text is known by its name")
    func poolingOnly() throws {
        for (name, expected) in [
            ("BertModel", true), ("Qwen3Model", true), ("Qwen3ForSequenceClassification", true),
            ("Qwen3ForCausalLM", false), ("NoSuchModel", false),
        ] {
            let config = try Fixture.config("{\"architectures\": [\"\(name)\"]}")
            #expect(ModelRegistry.builtIn.isPoolingOnly(config) == expected, "\(name)")
        }
    }
}

extension Fixture {
    fileprivate static func config(_ text: String) throws -> ModelConfig {
        ModelConfig(json: try #require(try JSONReader.parse(text).objectValue), origin: "config.json")
    }
}
