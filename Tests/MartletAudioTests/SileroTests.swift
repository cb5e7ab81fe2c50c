import Testing

@testable import MartletAudio

@Suite struct SileroTests {
    /// A file in the layout whisper.cpp reads, with weights from a hash: those of make_audio_features.py.
    struct File {
        var bytes: [UInt8] = []
        /// Where each tensor begins.
        var starts: [Int] = []

        mutating func append(_ value: Int) {
            withUnsafeBytes(of: Int32(truncatingIfNeeded: value).littleEndian) { bytes += $0 }
        }

        init(sizes: [Int] = [512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1]) {
            append(0x6767_6d6c)
            append(10)
            bytes += Array("silero-16k".utf8)
            for value in [6, 2, 0] + sizes { append(value) }
            var tensors: [(name: String, shape: [Int], isHalf: Bool)] = []
            for (layer, (inputs, outputs)) in [(129, 128), (128, 64), (64, 64), (64, 128)].enumerated() {
                tensors.append(("_model.encoder.\(layer).reparam_conv.weight", [3, inputs, outputs], true))
                tensors.append(("_model.encoder.\(layer).reparam_conv.bias", [outputs], false))
            }
            tensors += [
                ("_model.decoder.rnn.weight_ih", [128, 512], false),
                ("_model.decoder.rnn.weight_hh", [128, 512], false),
                ("_model.decoder.rnn.bias_ih", [512], false), ("_model.decoder.rnn.bias_hh", [512], false),
                ("_model.decoder.decoder.2.weight", [128], true), ("_model.decoder.decoder.2.bias", [], false),
                ("_model.stft.forward_basis_buffer", [256, 1, 258], true),
            ]
            for (index, tensor) in tensors.enumerated() {
                starts.append(bytes.count)
                append(tensor.shape.count)
                append(tensor.name.utf8.count)
                append(tensor.isHalf ? 1 : 0)
                for size in tensor.shape { append(size) }
                bytes += Array(tensor.name.utf8)
                let scale: Float = tensor.name.contains("decoder") ? 1024 : 128
                for value in FeatureFixtures.noise(tensor.shape.reduce(1, *), seed: 100 + index) {
                    let weight = (value * scale).rounded(.down) / 1024
                    if tensor.isHalf {
                        withUnsafeBytes(of: Self.half(weight).littleEndian) { bytes += $0 }
                    } else {
                        withUnsafeBytes(of: weight.bitPattern.littleEndian) { bytes += $0 }
                    }
                }
            }
        }

        /// The half of a multiple of 1/1024 of at most 1.
        static func half(_ value: Float) -> UInt16 {
            if value == 0 { return 0 }
            let bits = value.bitPattern
            // The exponents differ by 112.
            return UInt16(bits >> 16 & 0x8000) | UInt16(((bits & 0x7fff_ffff) >> 13) - (112 << 10))
        }
    }

    @Test func probabilitiesEqualTheReference() throws {
        let expected = try FeatureFixtures.decode([Double].self, "silero.json")
        var detector = try SileroVoiceActivityDetector(ggmlFile: File().bytes)
        let samples = FeatureFixtures.noise(20 * 512, seed: 99).enumerated().map { index, value in
            value * Float(1 + index / 1024 % 3) * 0.25
        }
        for _ in 0..<2 {
            let probabilities = FeatureFixtures.probabilities(samples, &detector)
            #expect(probabilities.count == expected.count)
            for (own, reference) in zip(probabilities, expected) { #expect(abs(Double(own) - reference) < 2e-5) }
            detector.reset()
        }
    }

    @Test func anyInputGivesAProbability() throws {
        var detector = try SileroVoiceActivityDetector(ggmlFile: File().bytes)
        for samples: [Float] in [
            [], [.nan, .infinity], [Float](repeating: 1e30, count: 600), [Float](repeating: 1e6, count: 512),
        ] {
            let probability = samples.withUnsafeBufferPointer { detector.speechProbability(of: $0) }
            #expect((0...1).contains(probability))
        }
    }

    private func error(_ bytes: [UInt8]) -> AudioError? {
        do throws(AudioError) {
            _ = try SileroVoiceActivityDetector(ggmlFile: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func truncatedFilesAreRefused() {
        let file = File()
        let within = file.starts.map { $0 + 30 }
        for end in Array(0..<140) + file.starts + within + [file.bytes.count - 1] {
            #expect(error(Array(file.bytes[..<end])) != nil, "\(end)")
        }
        #expect(error(file.bytes) == nil)
    }

    @Test func lyingFilesAreRefused() {
        let file = File()
        func changed(at offset: Int, to value: Int) -> [UInt8] {
            var bytes = file.bytes
            withUnsafeBytes(of: Int32(truncatingIfNeeded: value).littleEndian) {
                bytes.replaceSubrange(offset..<offset + 4, with: $0)
            }
            return bytes
        }
        #expect(error(changed(at: 0, to: 0x4655_4747))?.kind == .unsupported)
        #expect(error(changed(at: 4, to: -1))?.kind == .malformed)
        #expect(error(changed(at: 4, to: 0x7fff_ffff))?.kind == .malformed)
        #expect(error(File(sizes: [256] + [Int](repeating: 1, count: 18)).bytes)?.kind == .unsupported)
        let tensor = file.starts[2]
        for value in [-1, 5, 0x7fff_ffff] { #expect(error(changed(at: tensor, to: value))?.kind == .malformed) }
        for value in [-1, 257, 0x7fff_ffff] { #expect(error(changed(at: tensor + 4, to: value))?.kind == .malformed) }
        #expect(error(changed(at: tensor + 8, to: 2))?.kind == .unsupported)
        for value in [0, -3, 2, 0x7fff_ffff] { #expect(error(changed(at: tensor + 12, to: value)) != nil) }
        // The last value of the bias before it becomes a NaN.
        #expect(error(changed(at: tensor - 4, to: 0x7fc0_0000))?.kind == .malformed)
        // A tensor twice, and one more than is known.
        #expect(error(file.bytes + file.bytes[file.starts[1]..<file.starts[2]])?.kind == .malformed)
    }
}
