import Martlet
import MartletJSON
import MartletModelIR

/// A model report as text for people or JSON for programs.
struct InspectReport {
    private let report: ModelReport

    init(_ report: ModelReport) { self.report = report }

    /// Aligned lines.
    var text: String {
        var rows: [(String, String)] = [
            ("Model", report.name),
            ("Files", report.files.joined(separator: "\n")),
            ("Architecture", report.architecture),
            ("Parameters", Self.millions(report.numParameters)),
            ("Layers", "\(report.numLayers)"),
            ("Vocabulary", "\(report.vocabSize) tokens"),
            ("Context", "\(report.maxPositionEmbeddings) tokens"),
            ("Weights", "\(ByteCount(report.weightBytes))"),
        ]
        rows += report.formats.map { ("  \($0.format)", "\(ByteCount($0.bytes)) in \($0.numTensors) tensors") }
        rows.append(("Derived", "from the configuration: value, key, rule"))
        rows += report.derivations.map { ("  \($0.name)", Self.text($0)) }
        if report.pooling == nil { rows += cacheRows }
        rows.append(("Tokenizer", "\(report.tokenizer) (\(report.tokenizerOrigin))"))
        if let transcription = report.transcription {
            rows.append(("Transcription", transcription))
        } else {
            rows += report.pooling == nil ? generationRows : poolingRows
        }
        let width = (rows.map { $0.0.count }.max() ?? 0) + 2
        return rows.map { Self.line($0, width) }.joined()
    }

    private var cacheRows: [(String, String)] {
        var rows: [(String, String)] = []
        if report.kvBytesPerToken > 0 {
            rows.append(("KV cache", "\(ByteCount(report.kvBytesPerToken)) per token (\(report.kvCacheDType))"))
        }
        if report.crossBytesPerWindow > 0 {
            rows.append(
                ("Cross attention", "\(ByteCount(report.crossBytesPerWindow)) per window (\(report.kvCacheDType))"))
        }
        if report.stateBytesPerRequest > 0 {
            rows.append(("States", "\(ByteCount(report.stateBytesPerRequest)) per request (float32)"))
        }
        rows.append(
            ("  one request", "\(ByteCount(report.kvBytesPerRequest)) for \(report.maxModelLen) tokens"))
        rows.append(("  memory", "\(ByteCount(report.availableBytes)) available beside the weights"))
        if let blocks = report.numBlocks, report.kvBytesPerToken > 0 { rows.append(("  planned", "\(blocks) blocks")) }
        if let problem = report.kvCacheProblem { rows.append(("  problem", problem)) }
        return rows
    }

    private var generationRows: [(String, String)] {
        var rows = [("Chat template", report.chatTemplateOrigin.map { "yes (\($0))" } ?? "no")]
        guard let defaults = report.samplingDefaults else { return rows }
        rows.append(("Sampling", "defaults for what a request leaves out"))
        rows += defaults.parameters.map { ("  \($0.name)", "\($0.valueText)  (\($0.source.rawValue))") }
        let ids = defaults.eosTokenIDs.map(String.init).joined(separator: ", ")
        rows.append(("  stop ids", ids.isEmpty ? "none" : ids))
        return rows
    }

    private var poolingRows: [(String, String)] {
        var rows = [("Pooling", report.pooling ?? ""), ("  longest input", "\(report.maxModelLen) tokens")]
        if !report.labels.isEmpty { rows.append(("  labels", report.labels.joined(separator: ", "))) }
        return rows
    }

    /// One object on one line.
    var json: String {
        var object = JSONObject()
        object["model"] = .string(report.name)
        object["files"] = .array(report.files.map { .string($0) })
        object["architecture"] = .string(report.architecture)
        object["num_parameters"] = Self.number(report.numParameters)
        object["num_layers"] = Self.number(report.numLayers)
        object["vocab_size"] = Self.number(report.vocabSize)
        object["max_position_embeddings"] = Self.number(report.maxPositionEmbeddings)
        object["max_model_len"] = Self.number(report.maxModelLen)
        object["weight_bytes"] = Self.number(report.weightBytes)
        object["formats"] = .array(
            report.formats.map {
                [
                    "format": .string($0.format), "num_tensors": Self.number($0.numTensors),
                    "bytes": Self.number($0.bytes),
                ]
            })
        object["derivations"] = .array(report.derivations.map(Self.json))
        object["kv_cache_dtype"] = .string(report.kvCacheDType)
        object["kv_bytes_per_token"] = Self.number(report.kvBytesPerToken)
        object["state_bytes_per_request"] = Self.number(report.stateBytesPerRequest)
        if let transcription = report.transcription {
            object["transcription"] = [
                "description": .string(transcription),
                "cross_bytes_per_window": Self.number(report.crossBytesPerWindow),
            ]
        }
        object["kv_bytes_per_request"] = Self.number(report.kvBytesPerRequest)
        object["kv_cache_num_blocks"] = report.numBlocks.map(Self.number) ?? .null
        object["kv_cache_problem"] = report.kvCacheProblem.map { .string($0) } ?? .null
        object["available_bytes"] = Self.number(report.availableBytes)
        object["tokenizer"] = ["description": .string(report.tokenizer), "origin": .string(report.tokenizerOrigin)]
        object["chat_template"] = report.chatTemplate.map { .string($0) } ?? .null
        object["chat_template_origin"] = report.chatTemplateOrigin.map { .string($0) } ?? .null
        if let defaults = report.samplingDefaults {
            object["sampling_defaults"] = defaults.parameters.json
            object["eos_token_ids"] = .array(defaults.eosTokenIDs.map { .integer(Int64($0)) })
        }
        if let pooling = report.pooling {
            object["pooling"] = [
                "description": .string(pooling), "width": Self.number(report.poolingWidth),
                "labels": .array(report.labels.map { .string($0) }),
            ]
        }
        return JSONWriter.string(.object(object)) + "\n"
    }

    private static func text(_ derivation: Derivation) -> String {
        let source = derivation.source ?? "default"
        let origin = derivation.rule.map { "\(source): \($0)" } ?? source
        return "\(derivation.value)  (\(origin))"
    }

    private static func json(_ derivation: Derivation) -> JSONValue {
        [
            "name": .string(derivation.name), "value": .string(derivation.value),
            "source": derivation.source.map { .string($0) } ?? .null,
            "rule": derivation.rule.map { .string($0) } ?? .null,
        ]
    }

    private static func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }

    private static func line(_ row: (label: String, value: String), _ width: Int) -> String {
        let label = row.label + String(repeating: " ", count: width - row.label.count)
        let indent = "\n" + String(repeating: " ", count: width)
        return label + row.value.split(separator: "\n").joined(separator: indent) + "\n"
    }

    private static func millions(_ count: Int) -> String {
        if count < 1_000_000 { return "\(count)" }
        return count >= 1_000_000_000
            ? "\(fixed(Double(count) / 1e9, decimals: 2)) billion"
            : "\(fixed(Double(count) / 1e6, decimals: 1)) million"
    }
}
