import MartletModelIR
import Testing

@testable import MartletCPUBackend

@Suite("The kernels' benchmark")
struct KernelBenchmarkTests {
    @Test("measures each number of rows against a limit", arguments: [WeightFormat.bf16, .q8_0, .q4_K])
    func measurements(format: WeightFormat) throws {
        let benchmark = try KernelBenchmark(configuration: CPUBackendConfiguration(numThreads: 2))
        #expect(benchmark.limits().readBytesPerSecond > 0)
        let found = try benchmark.measure(format, outputs: 48, inputs: 256, rows: [1, 5])
        #expect(found.map(\.rows) == [1, 5])
        for one in found {
            #expect(one.format == format)
            #expect(one.operations == Double(2 * 48 * 256 * one.rows))
            #expect(one.weightBytes >= format.rowBytes(256) * 48)
            #expect(one.seconds > 0 && one.seconds < 10)
            #expect(one.limitSeconds > 0)
        }
    }

    @Test("refuses a shape that is no whole number of blocks")
    func shape() throws {
        let benchmark = try KernelBenchmark(configuration: CPUBackendConfiguration(numThreads: 1))
        #expect(throws: BackendError.self) { try benchmark.measure(.q4_K, outputs: 8, inputs: 96, rows: [1]) }
    }
}
