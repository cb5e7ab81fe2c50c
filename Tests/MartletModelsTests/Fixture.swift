import Glibc
import MartletJSON
import MartletModelIR
import Testing

/// Folders and files under Tests/Fixtures.
enum Fixture {
    static let root = String(#filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }) + "/Fixtures"

    static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen("\(root)/\(path)", "rb") else { fatalError("no fixture \(path)") }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        precondition(fread(&bytes, 1, bytes.count, file) == bytes.count)
        return bytes
    }
}

/// The tensors of one safetensors file, read independently of the loader that is tested with them.
struct Tensors {
    struct Tensor {
        let dtype: String
        let shape: [Int]
        let bytes: ArraySlice<UInt8>
    }

    private(set) var tensors: [String: Tensor] = [:]

    init(_ path: String) throws {
        let file = Fixture.bytes(path)
        let length = Int(file.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        let header = try #require(try JSONReader.parse(Array(file[8..<8 + length])).objectValue)
        for (name, entry) in header where name != "__metadata__" {
            let offsets = try #require(entry["data_offsets"]?.arrayValue).map { 8 + length + $0.intValue! }
            tensors[name] = Tensor(
                dtype: try #require(entry["dtype"]?.stringValue),
                shape: try #require(entry["shape"]?.arrayValue).map { $0.intValue! },
                bytes: file[offsets[0]..<offsets[1]])
        }
    }

    func values<T: BitwiseCopyable>(_ name: String, as type: T.Type) throws -> [T] {
        let tensor = try #require(tensors[name])
        return tensor.bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / MemoryLayout<T>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.stride, as: T.self)
            }
        }
    }
}

/// One case of golden.safetensors.
struct GoldenCase {
    let inputIDs: [Int32]
    /// `[T, V]`.
    let logits: [Float]
    let greedyIDs: [Int32]
    let greedyMargins: [Float]

    static func all(of family: String) throws -> [GoldenCase] {
        let tensors = try Tensors("models/\(family)/golden.safetensors")
        return try (0..<3).map { index in
            GoldenCase(
                inputIDs: try tensors.values("case\(index).input_ids", as: Int32.self),
                logits: try tensors.values("case\(index).logits", as: Float.self),
                greedyIDs: try tensors.values("case\(index).greedy_ids", as: Int32.self),
                greedyMargins: try tensors.values("case\(index).greedy_margin", as: Float.self))
        }
    }

    /// Greedy tokens up to the first step that two right implementations may decide differently.
    var firmGreedyIDs: ArraySlice<Int32> {
        greedyIDs[..<(greedyMargins.firstIndex { $0 < 1e-3 } ?? greedyIDs.count)]
    }
}
