import CMartletKernels
import Testing

@testable import MartletCPUBackend

/// Sixteen tokens stored at once are sixteen tokens stored one by one.
struct KVGroupTests {
    @Test("All tables, types and widths", arguments: OpTwin.vectorTables)
    func groups(name: String) throws {
        let table = try #require(ck_vector_named(name)).pointee
        for dtype in [CK_KV_F32, CK_KV_BF16, CK_KV_I8] {
            for headDim in [1, 9, 16, 20, 32, 33, 64, 80, 128] {
                var random = SplitMix(seed: UInt64(headDim))
                let stride = 2 * headDim + 3
                var rows = (0..<16 * stride).map { _ in random.float() * 3 }
                // Ties, a number too small to be normal, infinity and NaN round the same way too.
                rows[0] = Float(bitPattern: 0x3f80_8000)
                rows[stride] = Float(bitPattern: 0x3f81_8000)
                if dtype == CK_KV_BF16 {
                    (rows[2 * stride], rows[3 * stride]) = (Float(bitPattern: 0x0001_8001), -.infinity)
                    (rows[headDim], rows[4 * stride]) = (.nan, Float(bitPattern: 0xff80_0001))
                }
                let bytes = Int(ck_kv_group_bytes(dtype, Int64(headDim)))
                let (one, all) = (Group(bytes), Group(bytes))
                rows.withUnsafeBufferPointer { rows in
                    guard let keys = rows.baseAddress else { return }
                    let values = keys + headDim
                    for token in 0..<16 {
                        let offset = token * stride
                        table.kv_store(
                            dtype, Int64(headDim), one.base, Int64(token), keys + offset, values + offset)
                    }
                    table.kv_store_group(dtype, Int64(headDim), all.base, keys, values, Int64(stride))
                }
                // Past the last column of the values, which nobody looks at, both may have left what was there or zeros.
                let width = (headDim + 15) / 16 * 16
                let element = dtype == CK_KV_F32 ? 4 : dtype == CK_KV_BF16 ? 2 : 1
                let start = 16 * (dtype == CK_KV_F32 ? headDim : (headDim + 1) / 2 * 2) * element
                let differing = (0..<bytes).filter { index in
                    let column = (index - start) / element / (dtype == CK_KV_F32 ? 1 : 2) % width
                    let isPadding = index >= start && index < start + 16 * width * element && column >= headDim
                    return !isPadding && one[index] != all[index]
                }
                #expect(differing.isEmpty, "type \(dtype.rawValue), \(headDim) columns")
            }
        }
    }

    /// Bytes of a group, all ones to begin with.
    private final class Group {
        let base: UnsafeMutableRawPointer

        init(_ count: Int) {
            base = .allocate(byteCount: count, alignment: 64)
            base.initializeMemory(as: UInt8.self, repeating: 0xff, count: count)
        }

        deinit { base.deallocate() }

        subscript(index: Int) -> UInt8 { base.load(fromByteOffset: index, as: UInt8.self) }
    }
}
