import MartletModelIR
import Testing

@Suite struct DequantizeTests {
    @Test(
        "Every format decodes random blocks to the bits that gguf-py gives",
        arguments: WeightFormat.allCases.filter { ![.f8_e4m3, .e2m1].contains($0) })
    func matchesReference(format: WeightFormat) throws {
        let golden = try #require(try goldens()[format])
        var output = [Float](repeating: .nan, count: golden.values.count)
        golden.bytes.withUnsafeBytes { bytes in
            output.withUnsafeMutableBufferPointer { format.dequantize(bytes, into: $0) }
        }
        #expect(output.map(\.bitPattern) == golden.values.map(\.bitPattern))
    }

    @Test("Blocks that start at odd addresses decode alike")
    func unaligned() throws {
        let golden = try #require(try goldens()[.q4_K])
        var output = [Float](repeating: .nan, count: golden.values.count)
        ([0] + golden.bytes).withUnsafeBytes { bytes in
            output.withUnsafeMutableBufferPointer {
                WeightFormat.q4_K.dequantize(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), into: $0)
            }
        }
        #expect(output == golden.values)
    }

    @Test("FP8 codes have the values that torch gives them")
    func e4m3() throws {
        let file = try Fixture.bytes("e4m3.bin")
        let expected = file.withUnsafeBytes { file in
            (0..<256).map { file.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        var output = [Float](repeating: 0, count: 256)
        (0...255).map { UInt8($0) }.withUnsafeBytes { bytes in
            output.withUnsafeMutableBufferPointer { WeightFormat.f8_e4m3.dequantize(bytes, into: $0) }
        }
        #expect(
            output.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern }
                == expected.map {
                    $0.isNaN ? 0x7fc0_0000 : $0.bitPattern
                })
        #expect(output[0x7f].isNaN && output[0xff].isNaN && output[0x7e] == 448)
    }

    private struct Golden {
        let bytes: [UInt8]
        let values: [Float]
    }

    /// The records of formats.bin; the layout is described in Scripts/goldens/make_formats.py.
    private func goldens() throws -> [WeightFormat: Golden] {
        let file = try Fixture.bytes("formats.bin")
        var result: [WeightFormat: Golden] = [:]
        try file.withUnsafeBytes { file in
            var offset = 0
            while offset < file.count {
                let kind = file.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let count = Int(file.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
                let format = try #require(WeightFormat(rawValue: kind))
                let end = offset + 8 + format.rowBytes(count)
                let values = (0..<count).map { file.loadUnaligned(fromByteOffset: end + 4 * $0, as: Float.self) }
                result[format] = Golden(bytes: Array(file[(offset + 8)..<end]), values: values)
                offset = end + 4 * count
            }
        }
        return result
    }
}
