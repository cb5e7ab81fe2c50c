import Synchronization
import Testing

@testable import MartletCPUBackend

/// Counts how often every chunk of every region is done.
private final class CountingJob: PoolJob {
    let regions: [Int]
    let counts: [UnsafeMutablePointer<Int>]
    let failures = Atomic<Int>(0)

    init(regions: [Int]) {
        self.regions = regions
        counts = regions.map { count in
            let memory = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
            memory.initialize(repeating: 0, count: max(count, 1))
            return memory
        }
    }

    deinit { for memory in counts { memory.deallocate() } }

    func run(_ worker: Worker) {
        for (region, count) in regions.enumerated() {
            worker.forEachChunk(count) { chunk in
                // The region before must be complete: its barrier orders its writes before this.
                if region > 0, regions[region - 1] > 0, counts[region - 1][chunk % regions[region - 1]] == 0 {
                    failures.add(1, ordering: .relaxed)
                }
                counts[region][chunk] += 1
            }
        }
    }
}

struct ThreadPoolTests {
    @Test("Every chunk is done exactly once, after the region before it", arguments: [1, 2, 3, 7])
    func chunks(threads: Int) throws {
        let pool = try ThreadPool(numThreads: threads, availableCores: 2)
        for round in 0..<40 {
            let job = CountingJob(regions: [5, 0, 1, 33, 2, 100, 7, round])
            pool.run(job)
            #expect(job.failures.load(ordering: .relaxed) == 0)
            for (memory, count) in zip(job.counts, job.regions) {
                #expect((0..<count).allSatisfy { memory[$0] == 1 })
            }
        }
    }

    @Test("A thread that joins a job twice, or when it is over, does no chunk twice")
    func joiningTwice() {
        // All on this thread: thread 1 finds everything to do, thread 0 nothing.
        let memory = PoolMemory(numThreads: 2, spinNanoseconds: 0)
        let workers = (0..<2).map { Worker(index: $0, memory: memory) }
        for _ in 0..<3 {
            let job = CountingJob(regions: [3, 0, 1, 5])
            memory.begin(job)
            memory.join(workers[1])
            memory.join(workers[1])
            job.run(workers[0])
            memory.end()
            memory.join(workers[1])
            for (counts, total) in zip(job.counts, job.regions) {
                #expect((0..<total).allSatisfy { counts[$0] == 1 })
            }
        }
    }

    @Test("Pools come and go, used or not")
    func lifetimes() throws {
        for threads in 1...5 {
            let pool = try ThreadPool(numThreads: threads, availableCores: 64)
            if threads % 2 == 0 { pool.run(CountingJob(regions: [3])) }
        }
    }
}
