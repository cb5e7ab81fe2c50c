import Foundation
import Testing

@testable import Martlet

/// An English-only whisper.cpp file, made here, from the bytes of the file to the text.
@Suite struct WhisperCppTranscriptionTests {
    private static let (vocabSize, numTokens, hidden, positions) = (51_864, 50_256, 32, 1500)

    /// Bytes first, then three letters for every other token.
    private static func token(_ id: Int) -> [UInt8] {
        if id < 256 { return [UInt8(id)] }
        return [id / 676 % 26, id / 26 % 26, id % 26].map { UInt8(97 + $0) } + [UInt8(65 + id / 17_576)]
    }

    /// Weights of one layer on each side, in float32.
    private static func tensors() -> [(name: String, shape: [Int])] {
        var tensors = [
            ("encoder.conv1.weight", [hidden, 80, 3]), ("encoder.conv1.bias", [hidden, 1]),
            ("encoder.conv2.weight", [hidden, hidden, 3]), ("encoder.conv2.bias", [hidden, 1]),
            ("encoder.positional_embedding", [positions, hidden]),
            ("decoder.positional_embedding", [448, hidden]), ("decoder.token_embedding.weight", [vocabSize, hidden]),
        ]
        for norm in ["encoder.ln_post", "decoder.ln"] {
            tensors += [("\(norm).weight", [hidden]), ("\(norm).bias", [hidden])]
        }
        for stack in ["encoder", "decoder"] {
            let prefix = "\(stack).blocks.0"
            for attention in stack == "encoder" ? ["attn"] : ["attn", "cross_attn"] {
                for matrix in ["query", "key", "value", "out"] {
                    tensors.append(("\(prefix).\(attention).\(matrix).weight", [hidden, hidden]))
                    if matrix != "key" { tensors.append(("\(prefix).\(attention).\(matrix).bias", [hidden])) }
                }
                tensors += ["weight", "bias"].map { ("\(prefix).\(attention)_ln.\($0)", [hidden]) }
            }
            tensors += ["weight", "bias"].map { ("\(prefix).mlp_ln.\($0)", [hidden]) }
            tensors += [
                ("\(prefix).mlp.0.weight", [4 * hidden, hidden]), ("\(prefix).mlp.0.bias", [4 * hidden]),
                ("\(prefix).mlp.2.weight", [hidden, 4 * hidden]), ("\(prefix).mlp.2.bias", [hidden]),
            ]
        }
        return tensors
    }

    private static func file() -> [UInt8] {
        var bytes = Array("lmgg".utf8)
        func add(_ number: Int) { withUnsafeBytes(of: Int32(number)) { bytes += $0 } }
        for number in [vocabSize, positions, hidden, 2, 1, 448, hidden, 2, 1, 80, 0, 80, 201] { add(number) }
        bytes += [UInt8](repeating: 0, count: 4 * 80 * 201)
        add(numTokens)
        for id in 0..<numTokens {
            add(token(id).count)
            bytes += token(id)
        }
        var state: UInt32 = 1
        for (name, shape) in tensors() {
            add(shape.count)
            add(name.utf8.count)
            add(0)
            for size in shape.reversed() { add(size) }
            bytes += Array(name.utf8)
            let offset: Float = name.contains("ln") && name.hasSuffix("weight") ? 1 : 0
            let values = (0..<shape.reduce(1, *)).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return offset + (Float(state >> 8) / Float(1 << 24) - 0.5) * 0.6
            }
            values.withUnsafeBytes { bytes += $0 }
        }
        return bytes
    }

    @Test func `An English whisper.cpp file is loaded with its vocabulary and transcribes`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "ggml-\(UUID().uuidString).en.bin")
        try Data(Self.file()).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        var configuration = LLMConfiguration(model: path.path)
        configuration.dtype = .float32
        configuration.maxNumSeqs = 2
        configuration.numThreads = 1
        let model = try await TranscriptionModel.load(configuration)
        #expect(!model.isMultilingual && model.languages.map(\.code) == ["en"])
        #expect(model.decoder.vocabulary.startOfTranscript == 50_257 && model.decoder.vocabulary.endOfText == 50_256)
        #expect(model.decoder.vocabulary.timestampBegin == 50_363)

        var options = TranscriptionOptions()
        options.vadFilter = false
        options.temperatures = [0]
        options.timestamps = false
        options.maxTokensPerWindow = 12
        options.noSpeechThreshold = nil
        let samples = TranscriptionModelTests.samples(seed: 5, seconds: 3, hasPauses: false)
        let result = try await model.transcribe(.samples(samples), options: options).collect()
        #expect(result.summary.language == "en")
        let tokens = result.segments.flatMap(\.tokens).filter { $0 < 50_256 }
        #expect(!tokens.isEmpty)
        let text = String(decoding: tokens.flatMap { Self.token(Int($0)) }, as: UTF8.self)
        #expect(result.segments.map(\.text).joined() == text)
        await model.checkIntegrity()

        options.task = .translate
        await #expect(throws: LLMError.self) { _ = try await model.transcribe(.samples(samples), options: options) }
        (options.task, options.language) = (.transcribe, "de")
        await #expect(throws: LLMError.self) { _ = try await model.transcribe(.samples(samples), options: options) }
        await model.shutDown()
    }
}
