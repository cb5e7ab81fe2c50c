import Foundation
import MartletModelIR
import MartletModels
import MartletWeights
import Testing

/// Whisper from files of other formats computes what it computes from safetensors.
@Suite struct WhisperFilesTests {
    private static let folder = "large_v3"

    /// The tensors of the fixture in float32, or with large matrices in another format.
    struct Tensor {
        let name: String
        let shape: [Int]
        var type: UInt32 = 0
        var bytes: [UInt8]
    }

    private func tensors() throws -> [Tensor] {
        let checkpoint = try Checkpoint.open(path: "\(Fixture.root)/whisper/\(Self.folder)")
        defer { withExtendedLifetime(checkpoint) {} }
        return try checkpoint.weights.names.map { name in
            let view = try #require(checkpoint.weights.weight(name))
            var floats = [Float](repeating: 0, count: view.shape.reduce(1, *))
            floats.withUnsafeMutableBufferPointer { view.format.dequantize(view.bytes, into: $0) }
            return Tensor(name: name, shape: view.shape, bytes: floats.withUnsafeBytes { Array($0) })
        }
    }

    private func openAIName(_ name: String) -> String {
        var name = String(name.dropFirst("model.".count))
        for (from, to) in [
            ("layers.", "blocks."), ("self_attn_layer_norm", "attn_ln"), ("encoder_attn_layer_norm", "cross_attn_ln"),
            ("final_layer_norm", "mlp_ln"), ("self_attn.", "attn."), ("encoder_attn.", "cross_attn."),
            ("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "out"), ("fc1", "mlp.0"),
            ("fc2", "mlp.2"), ("embed_positions.weight", "positional_embedding"), ("embed_tokens", "token_embedding"),
            ("encoder.layer_norm", "encoder.ln_post"), ("decoder.layer_norm", "decoder.ln"),
        ] { name = name.replacingOccurrences(of: from, with: to) }
        return name
    }

    /// A large matrix in blocks of 32 bytes and a scale, and what it decodes to.
    private func quantized(_ tensor: Tensor) -> (blocks: Tensor, decoded: Tensor) {
        guard tensor.shape.count == 2, !tensor.name.contains("embed_positions") else { return (tensor, tensor) }
        let floats = tensor.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        var (blocks, decoded) = (tensor, tensor)
        (blocks.bytes, blocks.type) = ([], 8)
        for start in stride(from: 0, to: floats.count, by: 32) {
            let block = floats[start..<start + 32]
            let scale = Float16((block.map(\.magnitude).max() ?? 0) / 127)
            withUnsafeBytes(of: scale.bitPattern) { blocks.bytes += $0 }
            for value in block {
                blocks.bytes.append(UInt8(bitPattern: Int8((value / Float(scale)).rounded().clamped(to: -127...127))))
            }
        }
        var values = floats
        blocks.bytes.withUnsafeBytes { bytes in
            values.withUnsafeMutableBufferPointer { WeightFormat.q8_0.dequantize(bytes, into: $0) }
        }
        decoded.bytes = values.withUnsafeBytes { Array($0) }
        return (blocks, decoded)
    }

    // MARK: Files

    private func ggml(_ tensors: [Tensor], ftype: Int32) -> [UInt8] {
        var bytes = Array("lmgg".utf8)
        func add(_ number: Int32) { withUnsafeBytes(of: number) { bytes += $0 } }
        for number: Int32 in [160, 20, 32, 4, 2, 48, 32, 2, 3, 128, ftype, 128, 201] { add(number) }
        bytes += [UInt8](repeating: 0, count: 4 * 128 * 201)
        add(0)
        for tensor in tensors {
            let name = openAIName(tensor.name)
            // As the converters write it: a column for each bias of a convolution.
            let shape = name.hasSuffix("conv1.bias") || name.hasSuffix("conv2.bias") ? tensor.shape + [1] : tensor.shape
            add(Int32(shape.count))
            add(Int32(name.utf8.count))
            add(Int32(tensor.type))
            for size in shape.reversed() { add(Int32(size)) }
            bytes += Array(name.utf8) + tensor.bytes
        }
        return bytes
    }

    private func gguf(_ tensors: [Tensor], names: (String) -> String, metadata: [(String, UInt32)]) -> [UInt8] {
        var bytes = Array("GGUF".utf8)
        func add<T>(_ number: T) { withUnsafeBytes(of: number) { bytes += $0 } }
        func add(_ string: String) {
            add(UInt64(string.utf8.count))
            bytes += Array(string.utf8)
        }
        add(UInt32(3))
        add(UInt64(tensors.count))
        add(UInt64(metadata.isEmpty ? 0 : metadata.count + 1))
        if !metadata.isEmpty {
            add("general.architecture")
            add(UInt32(8))
            add("whisper")
        }
        for (key, value) in metadata {
            add(key)
            add(UInt32(4))
            add(value)
        }
        var data: [UInt8] = []
        for tensor in tensors {
            add(names(tensor.name))
            add(UInt32(tensor.shape.count))
            for size in tensor.shape.reversed() { add(UInt64(size)) }
            add(tensor.type)
            add(UInt64(data.count))
            data += tensor.bytes
            data += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32)
        }
        bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
        return bytes + data
    }

    private func withFolder<R>(_ files: [String: [UInt8]], _ body: (String) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "whisper-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
        return try body(folder.path)
    }

    private func logits(_ path: String) throws -> [[Float]] {
        let model = try LoadedWhisper(path: path, on: .reference)
        let golden = try WhisperTests.Golden.all(of: Self.folder)[0]
        try model.store(try model.encode([golden.inputFeatures])[0], slot: 0)
        return try model.decode([.init(request: 0, slot: 0, start: 0, tokenIDs: golden.inputIDs)]).logits
    }

    private func expected() throws -> [Float] { try WhisperTests.Golden.all(of: Self.folder)[0].logits }

    // MARK: Tests

    @Test("a whisper.cpp file")
    func whisperCpp() throws {
        try withFolder(["ggml-model-f32.bin": ggml(tensors(), ftype: 0)]) { folder in
            let difference = try largestDifference(logits(folder), expected())
            #expect(difference < 5e-5)
        }
    }

    @Test("a quantised whisper.cpp file computes with what its blocks decode to")
    func quantizedWhisperCpp() throws {
        let pairs = try tensors().map(quantized)
        let files = [
            "q8_0.bin": ggml(pairs.map(\.blocks), ftype: 2007), "decoded.bin": ggml(pairs.map(\.decoded), ftype: 0),
        ]
        try withFolder(files) { folder in
            let quantized = try logits("\(folder)/q8_0.bin")
            #expect(quantized == (try logits("\(folder)/decoded.bin")))
            let difference = try largestDifference(quantized, expected())
            #expect(difference > 1e-4 && difference < 0.3)
        }
    }

    @Test("a GGUF file with Hugging Face's names and config.json beside it")
    func candle() throws {
        let beside = Fixture.bytes("whisper/\(Self.folder)/config.json")
        let generation = Fixture.bytes("whisper/\(Self.folder)/generation_config.json")
        for names in [{ $0 }, { String($0.dropFirst("model.".count)) }] as [(String) -> String] {
            let file = gguf(try tensors(), names: names, metadata: [])
            let files = ["model.gguf": file, "config.json": beside, "generation_config.json": generation]
            try withFolder(files) { folder in
                let difference = try largestDifference(logits(folder), expected())
                #expect(difference < 5e-5)
                let model = try LoadedWhisper(path: "\(folder)/model.gguf", on: .reference)
                #expect(model.numAlignmentHeads == 2)
                guard case .huggingFace(let directory) = model.checkpoint.tokenizer else {
                    Issue.record("another tokenizer")
                    return
                }
                #expect(directory == folder)
            }
        }
    }

    @Test("a GGUF file with OpenAI's names and the keys of the specification")
    func specifiedKeys() throws {
        let keys: [(String, UInt32)] = [
            ("whisper.encoder.mels_count", 128), ("whisper.encoder.embedding_length", 32),
            ("whisper.encoder.context_length", 20), ("whisper.encoder.block_count", 2),
            ("whisper.encoder.attention.head_count", 4), ("whisper.decoder.context_length", 48),
            ("whisper.decoder.block_count", 3), ("whisper.decoder.attention.head_count", 2),
        ]
        let tensors = try tensors()
        try withFolder(["model.gguf": gguf(tensors, names: openAIName, metadata: keys)]) { folder in
            let difference = try largestDifference(logits(folder), expected())
            #expect(difference < 5e-5)
        }
        for index in keys.indices {
            var fewer = keys
            let (missing, _) = fewer.remove(at: index)
            try withFolder(["model.gguf": gguf(tensors, names: openAIName, metadata: fewer)]) { folder in
                let error = #expect(throws: CheckpointError.self) { _ = try Checkpoint.open(path: folder) }
                #expect(error?.description.contains("\"\(missing)\": is missing") == true, "\(missing)")
            }
        }
        let unknown = { (name: String) in "v.\(name)" }
        try withFolder(["model.gguf": gguf(tensors, names: unknown, metadata: keys)]) { folder in
            let error = #expect(throws: CheckpointError.self) { _ = try Checkpoint.open(path: folder) }
            #expect(error?.description.contains("Hugging Face or of OpenAI") == true)
        }
        try withFolder(["model.gguf": gguf(Array(tensors.dropLast()), names: openAIName, metadata: keys)]) { folder in
            let error = #expect(throws: CheckpointError.self) { _ = try Checkpoint.open(path: folder) }
            #expect(error?.description.contains("1 of 113 tensors are missing") == true)
        }
    }
}

extension Float {
    fileprivate func clamped(to range: ClosedRange<Float>) -> Float {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
