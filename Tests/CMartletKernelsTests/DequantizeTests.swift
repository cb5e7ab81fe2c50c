import CMartletKernels
import Foundation
import Testing

@Suite struct DequantizeTests {
    /// `Scripts/goldens/kernels.py` wrote these with the gguf package.
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/kernels")

    @Test(arguments: Tables.names, Format.allCases.filter { ![.f32, .f8_e4m3, .e2m1].contains($0) })
    func `blocks have the values the gguf package gives them, bit for bit`(name: String, format: Format) throws {
        let table = try LinearTests.table(name)
        let data = [UInt8](try Data(contentsOf: Self.fixtures.appending(path: "\(format.rawValue.uppercased()).bin")))
        let count = 512
        let blockBytes = count / format.blockSize * format.blockBytes
        try #require(data.count == blockBytes + count * 4)
        let expected: [Float] = data.withUnsafeBytes { raw in
            (0..<count).map { raw.loadUnaligned(fromByteOffset: blockBytes + 4 * $0, as: Float.self) }
        }
        var values = [Float](repeating: .nan, count: count)
        table.dequantize(format.ck, data, Int64(count), &values)
        #expect(values == expected)
    }
}
