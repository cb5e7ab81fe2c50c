import MartletModelIR
import Testing

@testable import MartletCPUBackend

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Prints how long steps of a Llama-3.2-1B shape take; runs only when asked to, and decides nothing.
///
/// `MARTLET_STEP_TIMINGS=bf16 swift test --filter StepTimings` (or q8_0, q4_0, q4_K, f32; threads in
/// `MARTLET_STEP_THREADS`, shapes such as `1x512@0,32x1@128` in `MARTLET_STEP_SHAPES`,
/// SmolLM2-135M's shape with `MARTLET_STEP_MODEL=135m`).
@Suite(.enabled(if: getenv("MARTLET_STEP_TIMINGS") != nil))
struct StepTimings {
    private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Milliseconds of a clock.
    private func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
    }

    @Test func steps() throws {
        let formats: [String: WeightFormat] = ["bf16": .bf16, "q8_0": .q8_0, "q4_0": .q4_0, "f32": .f32, "q4_K": .q4_K]
        let format = formats[environment("MARTLET_STEP_TIMINGS") ?? ""] ?? .bf16
        var model = TinyModel()
        (model.layers, model.hidden, model.intermediate, model.vocab) = (16, 2048, 8192, 128256)
        (model.heads, model.kvHeads, model.headDim, model.isTied) = (32, 8, 64, true)
        if environment("MARTLET_STEP_MODEL") == "135m" {
            (model.layers, model.hidden, model.intermediate, model.vocab) = (30, 576, 1536, 49152)
            (model.heads, model.kvHeads) = (9, 3)
        }
        let threads = environment("MARTLET_STEP_THREADS").flatMap { Int($0) } ?? 2
        let backend = try CPUBackend(configuration: .init(numThreads: threads))
        var start = now()
        let weights = ConstantWeights(model.program().weights, format: format)
        print("\(backend) \(format); weights made in \(Int(now() - start)) ms")
        start = now()
        let executable = try backend.compile(
            model.program(), weights: weights,
            options: CompileOptions(maxNumBatchedTokens: 512, maxNumSeqs: 64, maxLogitRows: 64, maxModelLen: 8192))
        print("compiled in \(Int(now() - start)) ms")
        let blockSize = 16
        let cache = try backend.makeKVCache(
            KVCacheLayout(model.kvCacheSpecs, numBlocks: 1200, blockSize: blockSize), dtype: .bfloat16)
        let batch = InputBatch(maxTokens: 512, maxRequests: 64, maxBlocksPerRequest: 512, maxLogitRows: 64)
        // Requests x tokens of each @ tokens already in the cache.
        let shapes =
            environment("MARTLET_STEP_SHAPES")
            ?? "1x1@64,1x1@4096,4x1@128,8x1@128,16x1@128,32x1@128,1x128@0,1x512@0,1x512@4096,4x128@0"
        for shape in shapes.split(separator: ",") {
            let numbers = shape.split { $0 == "x" || $0 == "@" }.compactMap { Int($0) }
            let (requests, tokens, past) = (numbers[0], numbers[1], numbers[2])
            var row = 0
            let blocks = (past + tokens + blockSize - 1) / blockSize
            for request in 0..<requests {
                batch.queryStartLoc[request] = Int32(row)
                batch.seqLens[request] = Int32(past + tokens)
                for block in 0..<blocks {
                    batch.blockTables()[request * 512 + block] = Int32((request * blocks + block) % 1200)
                }
                for position in past..<past + tokens {
                    batch.tokenIDs[row] = Int32(row % 1000)
                    batch.positions[row] = Int32(position)
                    let block = Int(batch.blockTables()[request * 512 + position / blockSize])
                    batch.slotMapping()[row] = Int32(block * blockSize + position % blockSize)
                    row += 1
                }
                batch.logitRows[request] = Int32(row - 1)
            }
            batch.queryStartLoc[requests] = Int32(row)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (row, requests, requests)
            var times: [Double] = []
            let begun = now()
            // What the step cost when other processes slow the clock on the wall down.
            let processor = now(CLOCK_PROCESS_CPUTIME_ID)
            while times.count < 3 || (now() - begun < 1000 && times.count < 40) {
                let start = now()
                try executable.submit(batch, kvCache: cache)
                times.append(now() - start)
            }
            let perStep = (now(CLOCK_PROCESS_CPUTIME_ID) - processor) / Double(times.count * threads)
            times.sort()
            let median = times[times.count / 2]
            print(
                "requests \(requests) x \(tokens) tokens after \(past): median \((median * 100).rounded() / 100) ms, "
                    + "best \((times[0] * 100).rounded() / 100) ms, processor \((perStep * 100).rounded() / 100) ms a thread, "
                    + "\(Int(Double(row) * 1000 / median)) tokens/s")
        }
    }
}

/// Weights of one repeated pattern: quick to make, as large as real ones.
private final class ConstantWeights: WeightSource {
    let names: [String]
    private let views: [String: WeightView]

    init(_ refs: [WeightRef], format: WeightFormat) {
        names = refs.map(\.name)
        let pattern = RandomWeights([WeightRef(name: "p", shape: [16, 8192])], format: format)
        var views: [String: WeightView] = [:]
        for ref in refs {
            let format = ref.shape.count == 1 ? WeightFormat.f32 : format
            let count = ref.shape.dropLast().reduce(1, *) * format.rowBytes(ref.shape.last ?? 1)
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
            if ref.shape.count == 1 {
                block.bindMemory(to: Float.self).initialize(repeating: 1)
            } else if let bytes = pattern.weight("p")?.bytes {
                var offset = 0
                while offset < count {
                    let part = min(bytes.count, count - offset)
                    block.baseAddress.map { memcpy($0 + offset, bytes.baseAddress!, part) }
                    offset += part
                }
            }
            views[ref.name] = WeightView(bytes: UnsafeRawBufferPointer(block), format: format, shape: ref.shape)
        }
        self.views = views
    }

    deinit { for view in views.values { view.bytes.deallocate() } }

    func weight(_ name: String) -> WeightView? { views[name] }

    func discardPages(of view: WeightView) {}
}
