import MartletModelIR
import Testing

@testable import MartletCPUBackend

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Prints how long sampling a row of 128,256 logits takes; runs only when asked to, and decides nothing.
///
/// `MARTLET_SAMPLER_TIMINGS=1 swift test --filter SamplerTimings`
@Suite(.enabled(if: getenv("MARTLET_SAMPLER_TIMINGS") != nil))
struct SamplerTimings {
    /// Microseconds of this thread.
    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) * 1e-3
    }

    @Test func rows() throws {
        let vocab = 128_256
        let rows = 16
        var random = SplitMix(seed: 1)
        let logits = UnsafeMutablePointer<Float>.allocate(capacity: rows * vocab)
        defer { logits.deallocate() }
        var cases: [(String, SamplingRow)] = []
        func add(_ name: String, _ change: (inout SamplingRow) -> Void) {
            var row = SamplingRow()
            row.temperature = 1
            change(&row)
            cases.append((name, row))
        }
        add("greedy") { $0.temperature = 0 }
        add("temperature") { _ in }
        add("top_k 50") { $0.topK = 50 }
        add("top_k 1000") { $0.topK = 1000 }
        add("top_p 0.95") { $0.topP = 0.95 }
        add("top_p 0.5") { $0.topP = 0.5 }
        add("min_p 0.05") { $0.minP = 0.05 }
        add("top_k 50, top_p 0.95") { ($0.topK, $0.topP) = (50, 0.95) }
        add("min_p 0.05, top_p 0.95") { ($0.minP, $0.topP) = (0.05, 0.95) }
        add("greedy, 2000 penalties") {
            $0.temperature = 0
            $0.edits = (0..<2000).map { LogitEdit(tokenID: $0 * 50, bias: 0, repetitionPenalty: 1.1, penalty: 0.2) }
        }
        add("greedy, 5 logprobs") { ($0.temperature, $0.numLogprobs) = (0, 5) }
        add("greedy, 20 logprobs") { ($0.temperature, $0.numLogprobs) = (0, 20) }
        let sampler = try CPUBackend(configuration: .init(numThreads: 1)).makeSampler(vocabSize: vocab)
        // Peaked as a trained model's, and flat as a random model's.
        for spread in [14, 3] as [Float] {
            for index in 0..<rows * vocab {
                // Near a normal distribution, whose tail decides what truncations keep.
                let sum = random.float() + random.float() + random.float() + random.float() - 2
                logits[index] = sum * spread
            }
            for (name, row) in cases {
                let batch = SamplingBatch()
                var times: [Double] = []
                for step in 0..<48 {
                    var row = row
                    row.randomBits = random.next()
                    batch.rows = [row]
                    let view = LogitsView(base: logits + step % rows * vocab, numRows: 1, vocabSize: vocab)
                    let start = now()
                    sampler.sample(view, batch)
                    times.append(now() - start)
                }
                times.sort()
                print("spread \(spread) \(name): median \(Int(times[24])) us, best \(Int(times[0])) us")
            }
        }
    }
}
