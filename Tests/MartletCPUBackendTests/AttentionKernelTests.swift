import CMartletKernels
import Testing

@testable import MartletCPUBackend

/// The attention kernels against a plain twin in double precision, and against themselves in other company.
struct AttentionKernelTests {
    /// A table this CPU runs, a cache type and a head dimension.
    struct Case: CustomTestStringConvertible {
        let table: String
        let dtype: ck_kv_dtype
        let headDim: Int
        let window: Int
        var testDescription: String { "\(table) type \(dtype.rawValue) head \(headDim) window \(window)" }

        static let all: [Case] = {
            var tables: [String] = []
            for name in ["avx512-bf16", "avx512", "avx2", "neon", "portable"] where ck_vector_named(name) != nil {
                tables.append(name)
            }
            return tables.flatMap { table in
                [CK_KV_F32, CK_KV_BF16, CK_KV_I8].flatMap { dtype in
                    [(64, Int.max), (64, 100), (80, Int.max), (128, 700), (9, 33)].map {
                        Case(table: table, dtype: dtype, headDim: $0.0, window: $0.1)
                    }
                }
            }
        }()
    }

    /// One KV head's cache over shuffled blocks, with the queries of all positions.
    final class Problem {
        static let context = 1100
        let table: ck_vector_table
        let dtype: ck_kv_dtype
        let headDim: Int
        let heads: Int
        let window: Int
        var queries: [Float] = []
        /// As the cache holds them.
        var keys: [Float] = []
        var values: [Float] = []
        let cache: UnsafeMutableRawPointer
        var blocks: [Int32] = []
        let scratch: UnsafeMutableRawPointer
        let partials: UnsafeMutablePointer<Float>

        init(_ problem: Case, heads: Int) {
            table = ck_vector_named(problem.table)!.pointee
            (dtype, headDim, self.heads, window) = (problem.dtype, problem.headDim, heads, problem.window)
            var random = SplitMix(seed: 5)
            let numBlocks = Self.context / 32 + 1
            blocks = (0..<Int32(numBlocks)).shuffled(using: &random)
            let groupBytes = Int(ck_kv_group_bytes(dtype, Int64(headDim)))
            cache = .allocate(byteCount: groupBytes * 2 * numBlocks, alignment: 64)
            // Slots that were never written hold NaN.
            cache.initializeMemory(as: UInt8.self, repeating: 0xff, count: groupBytes * 2 * numBlocks)
            scratch = .allocate(byteCount: Int(ck_attention_scratch_bytes(Int64(headDim), 64)), alignment: 64)
            let partialBytes = 3 * Int(ck_attention_partial_bytes(Int64(headDim), 64))
            partials = UnsafeMutableRawPointer.allocate(byteCount: partialBytes, alignment: 64)
                .bindMemory(to: Float.self, capacity: partialBytes / 4)
            for position in 0..<Self.context {
                let key = (0..<headDim).map { _ in random.float() * 2 - 1 }
                let value = (0..<headDim).map { _ in random.float() * 2 - 1 }
                queries += (0..<heads * headDim).map { _ in random.float() * 4 - 2 }
                let block = Int(blocks[position / 32])
                let group = cache + (2 * block + position % 32 / 16) * groupBytes
                table.kv_store(dtype, Int64(headDim), group, Int64(position % 16), key, value)
                keys += stored(key)
                values += stored(value)
            }
        }

        deinit {
            cache.deallocate()
            scratch.deallocate()
            partials.deallocate()
        }

        private func stored(_ row: [Float]) -> [Float] {
            if dtype == CK_KV_F32 { return row }
            if dtype == CK_KV_BF16 {
                return row.map {
                    let bits = $0.bitPattern
                    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
                }
            }
            let scale = (row.map(abs).max() ?? 0) / 127
            return row.map { ($0 * (1 / scale)).rounded(.toNearestOrEven) * scale }
        }

        /// Attention of some tokens; `chunks`, shared among calls in that order, or nil for one call.
        func attend(from position: Int, count: Int, heads part: Range<Int>, chunks: [Range<Int>]? = nil) -> [Float] {
            var out = [Float](repeating: .nan, count: count * part.count * headDim)
            queries.withUnsafeBufferPointer { queries in
                out.withUnsafeMutableBufferPointer { out in
                    blocks.withUnsafeBufferPointer { blocks in
                        var task = ck_attention(
                            dtype: dtype, head_dim: Int64(headDim), cache: cache.assumingMemoryBound(to: UInt8.self),
                            block_bytes: Int64(2 * Int(ck_kv_group_bytes(dtype, Int64(headDim)))), groups_per_block: 2,
                            block_table: blocks.baseAddress,
                            query: queries.baseAddress! + (position * heads + part.lowerBound) * headDim,
                            query_stride: Int64(heads * headDim), num_tokens: Int64(count),
                            num_heads: Int64(part.count), position: Int64(position),
                            window: window == .max ? Int64.max : Int64(window), ahead: 0, length: 0, latent_dim: 0,
                            scale: 0.125, softcap: 0, sinks: nil, out: out.baseAddress,
                            out_stride: Int64(part.count * headDim), partials: partials, scratch: scratch)
                        guard let chunks else { return table.attend(&task) }
                        for range in chunks {
                            table.attend_chunks(&task, Int64(range.lowerBound), Int64(range.upperBound))
                        }
                        table.merge_chunks(&task)
                    }
                }
            }
            return out
        }

        /// The same for one head of one token, in double precision.
        func twin(position: Int, head: Int) -> [Float] {
            let query = queries[(position * heads + head) * headDim..<(position * heads + head + 1) * headDim]
            let first = window == .max ? 0 : max(0, position - window + 1)
            let scores = (first...position).map { other in
                zip(query, keys[other * headDim..<(other + 1) * headDim])
                    .reduce(0.0) { $0 + 0.125 * Double($1.0) * Double($1.1) }
            }
            let top = scores.max() ?? 0
            let weights = scores.map { exponential($0 - top) }
            let sum = weights.reduce(0, +)
            return (0..<headDim).map { d in
                Float(
                    zip(weights, first...position).reduce(0.0) { $0 + $1.0 * Double(values[$1.1 * headDim + d]) } / sum)
            }
        }

        /// e^x by halving the argument and squaring the result.
        private func exponential(_ x: Double) -> Double {
            let r = x / 1024
            var y = 1 + r * (1 + r / 2 * (1 + r / 3 * (1 + r / 4 * (1 + r / 5))))
            for _ in 0..<10 { y *= y }
            return y
        }
    }

    @Test("Attention is the twin's", arguments: Case.all)
    func twin(_ problem: Case) {
        let attention = Problem(problem, heads: 3)
        // Products of bfloat16 round queries and weights by up to 2^-9 of themselves. The products of a score sum to
        // headDim / 16 on average without their signs, seldom to twice that: so a score moves by less than 2^-9 of it,
        // each weight by as much of itself and its own rounding, the sum of weights likewise; values are below 1.
        // In float32, sums of up to 128 products below 2 keep about five digits after the point.
        let isRounded = problem.table == "avx512-bf16" && problem.dtype != CK_KV_F32
        let tolerance: Float = isRounded ? 2 * (Float(problem.headDim) / 8 + 1) / 512 : 1e-4
        for position in [0, 1, 15, 16, 62, 63, 64, 511, 512, 700, 1023, 1024, 1098, 1099] {
            let found = attention.attend(from: position, count: 1, heads: 0..<3)
            for head in 0..<3 {
                let expected = attention.twin(position: position, head: head)
                let row = Array(found[head * problem.headDim..<(head + 1) * problem.headDim])
                #expect(largestDifference(row, expected) <= tolerance)
                let isFinite = row.allSatisfy { $0.isFinite }
                #expect(isFinite)
            }
        }
    }

    @Test("Neither company nor the sharing of chunks changes a bit", arguments: Case.all)
    func company(_ problem: Case) {
        for heads in [1, 3, 4] {
            let attention = Problem(problem, heads: heads)
            let width = heads * problem.headDim
            for (start, count) in [(0, 16), (50, 14), (505, 16), (1000, 5), (1020, 16), (1087, 13)] {
                let together = attention.attend(from: start, count: count, heads: 0..<heads)
                let shared = attention.attend(
                    from: start, count: count, heads: 0..<heads, chunks: [2..<3, 0..<1, 1..<2])
                #expect(together == shared)
                for token in [0, 1, count / 2, count - 1] {
                    let alone = attention.attend(from: start + token, count: 1, heads: 0..<heads)
                    #expect(alone == Array(together[token * width..<(token + 1) * width]))
                    let shared = attention.attend(
                        from: start + token, count: 1, heads: 0..<heads, chunks: [1..<3, 0..<1])
                    #expect(alone == shared)
                    let last = attention.attend(from: start + token, count: 1, heads: heads - 1..<heads)
                    #expect(last == Array(alone.suffix(problem.headDim)))
                }
            }
        }
    }
}
