import Foundation
import MartletModelIR
import Testing

@testable import Martlet

@Suite struct SentenceTransformersFilesTests {
    private static let transformer = #"{"path":"","type":"sentence_transformers.models.Transformer"}"#
    private static let pooling = #"{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}"#

    /// The files of a folder with these files.
    private static func read(_ files: [String: String]) throws -> SentenceTransformersFiles? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return try SentenceTransformersFiles(folder: folder.path())
    }

    @Test("without modules.json there are none")
    func none() throws { #expect(try Self.read(["config.json": "{}"]) == nil) }

    @Test(
        "pooling modes in both spellings",
        arguments: [
            (#"{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false}"#, [PoolingType.mean]),
            (#"{"pooling_mode_max_tokens":true,"pooling_mode_cls_token":true}"#, [.cls, .max]),
            (#"{"pooling_mode_lasttoken":true}"#, [.last]), (#"{"pooling_mode":"lasttoken"}"#, [.last]),
            (#"{"pooling_mode_mean_sqrt_len_tokens":true}"#, [.meanSqrtLen]),
            (#"{"pooling_mode_weightedmean_tokens":true}"#, [.weightedMean]),
            (#"{"pooling_mode":["max","mean"]}"#, [.max, .mean]), ("{}", [.mean]),
        ])
    func poolings(_ config: String, _ expected: [PoolingType]) throws {
        let files = try #require(
            try Self.read(["modules.json": "[\(Self.transformer),\(Self.pooling)]", "1_Pooling/config.json": config]))
        #expect(files.poolings == expected && files.includesPrompt && !files.normalizes)
    }

    @Test("all modules and settings together")
    func everything() throws {
        let dense = #"{"path":"2_Dense","type":"sentence_transformers.models.Dense"}"#
        let normalize = #"{"path":"3_Normalize","type":"sentence_transformers.base.modules.normalize.Normalize"}"#
        let files = try #require(
            try Self.read([
                "modules.json": "[\(Self.transformer),\(Self.pooling),\(dense),\(normalize)]",
                "1_Pooling/config.json": #"{"pooling_mode_cls_token":true,"include_prompt":false}"#,
                "2_Dense/config.json":
                    #"{"in_features":4,"out_features":2,"bias":false,"activation_function":"torch.nn.Identity"}"#,
                "sentence_bert_config.json": #"{"max_seq_length":256,"do_lower_case":true}"#,
                "config_sentence_transformers.json": #"{"prompts":{"query":"Q: "},"default_prompt_name":"query"}"#,
            ]))
        #expect(files.poolings == [.cls] && !files.includesPrompt && files.normalizes)
        #expect(files.dense.count == 1 && files.dense[0].outputs == 2 && files.dense[0].activation == nil)
        #expect(!files.dense[0].hasBias && files.maxSeqLength == 256 && files.lowercases)
        #expect(files.prompts == ["query": "Q: "] && files.defaultPromptName == "query")
    }

    @Test(
        "what is not known is refused by name",
        arguments: [
            (#"[{"type":"sentence_transformers.models.LSTM","path":"1"}]"#, "LSTM"),
            (#"[{"type":"custom_module.Pooling","path":"1"}]"#, "custom_module"),
            (#"[{"type":"sentence_transformers.models.Pooling","path":"../x"}]"#, "leaves the folder"),
            (#"{"a":1}"#, "expected an array"),
        ])
    func unknown(_ modules: String, _ name: String) throws {
        let error = #expect(throws: LLMError.self) { try Self.read(["modules.json": modules]) }
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test("an unknown pooling mode is refused")
    func unknownMode() throws {
        for config in [#"{"pooling_mode":"attention"}"#, #"{"pooling_mode_magic":true}"#] {
            #expect(throws: LLMError.self) {
                try Self.read(["modules.json": "[\(Self.pooling)]", "1_Pooling/config.json": config])
            }
        }
    }
}
