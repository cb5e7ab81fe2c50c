import CMartletKernels
import Testing

@Suite struct LinearTests {
    /// Odd sizes: no multiple of any tile, panel or group.
    static let outputs = [1, 15, 33, 160]
    static let rows = [1, 2, 3, 5, 8, 13, 33]

    /// Columns for each number of outputs; float formats need no whole block.
    static func columns(_ format: Format, _ index: Int) -> Int {
        switch format.blockSize {
        case 1: [1, 31, 96, 333][index]
        case 32: [32, 288, 96, 160][index]
        default: [256, 512, 256, 768][index]
        }
    }

    static func table(_ name: String) throws -> ck_linear_table { try #require(ck_linear_named(name)).pointee }

    /// Relative to the sum of the terms' magnitudes: float32 sums of a few hundred terms, whatever their order.
    static let tolerance = 2e-6

    @Test(arguments: Tables.names, Format.allCases)
    func `the product equals its definition in double precision`(name: String, format: Format) throws {
        let table = try Self.table(name)
        for float32 in [false, true] {
            for (index, n) in Self.outputs.enumerated() {
                let problem = LinearProblem(
                    format: format, n: n, k: Self.columns(format, index), m: Self.rows[index * 2])
                let plan = try #require(problem.plan(table, float32: float32))
                if float32 { #expect(plan.activation == CK_ACT_F32) }
                let y = problem.product(table, plan)
                let worst = Self.worstError(problem, problem.dequantized(table), y, plan.activation)
                #expect(worst <= Self.tolerance, "n \(n) k \(problem.k) m \(problem.m) float32 \(float32)")
            }
        }
    }

    /// The largest error relative to the magnitudes of the terms; infinity where a column past `n` was written.
    static func worstError(
        _ problem: LinearProblem, _ weights: [Float], _ y: [Float], _ activation: ck_activation
    ) -> Double {
        var worst = 0.0
        for row in 0..<problem.m {
            let x = problem.converted(row, activation)
            for column in 0..<problem.ldy {
                let got = y[row * problem.ldy + column]
                guard column < problem.n else {
                    if got != LinearProblem.untouched { return .infinity }
                    continue
                }
                var sum = Double(problem.bias[column])
                var size = sum.magnitude
                for i in 0..<problem.k {
                    let term = Double(weights[column * problem.k + i]) * x[i]
                    sum += term
                    size += term.magnitude
                }
                guard got.isFinite else { return .infinity }
                worst = max(worst, (Double(got) - sum).magnitude / size)
            }
        }
        return worst
    }

    @Test(arguments: Tables.names, Format.allCases)
    func `a row alone, among others and in pieces gives the same bits`(name: String, format: Format) throws {
        let table = try Self.table(name)
        for float32 in [false, true] {
            for (index, m) in Self.rows.enumerated() {
                let n = Self.outputs[index % 4]
                let problem = LinearProblem(format: format, n: n, k: Self.columns(format, index % 4), m: m)
                let plan = try #require(problem.plan(table, float32: float32))
                let whole = problem.product(table, plan)
                #expect(whole == problem.product(table, plan, split: .smallestPieces), "n \(n) m \(m)")
                let alone = (0..<m).flatMap { problem.product(table, plan, rows: $0..<$0 + 1) }
                #expect(whole == alone, "n \(n) m \(m)")
            }
        }
    }

    @Test(arguments: Tables.names)
    func `activations of infinity or NaN never give a finite product`(name: String) throws {
        let table = try Self.table(name)
        for format in Format.allCases {
            for poison in [Float.infinity, -.infinity, .nan] {
                var x = [Float](repeating: 0.5, count: 256)
                x[200] = poison
                let problem = LinearProblem(format: format, n: 40, k: 256, m: 1)
                let plan = try #require(problem.plan(table, float32: false))
                let y = problem.replacing(x: x).product(table, plan)
                // A weight of zero times infinity is NaN, so no product may be finite.
                #expect(y[..<40].allSatisfy { !$0.isFinite }, "\(format) \(poison)")
            }
        }
    }

    @Test(arguments: Tables.names)
    func `activations of zero give the bias`(name: String) throws {
        let table = try Self.table(name)
        for format in Format.allCases {
            let problem = LinearProblem(format: format, n: 33, k: 256, m: 2).replacing(
                x: [Float](repeating: 0, count: 600))
            let plan = try #require(problem.plan(table, float32: false))
            #expect(Array(problem.product(table, plan)[..<33]) == problem.bias)
        }
    }

    @Test(arguments: Tables.names)
    func `a shape that is no whole number of blocks has no plan`(name: String) throws {
        let table = try Self.table(name)
        var plan = ck_plan()
        for format in Format.allCases where format.blockSize > 1 {
            let columns = Int64(format.scaleColumns)
            #expect(!table.plan(format.ck, 8, Int64(format.blockSize) + 1, columns, false, &plan))
            #expect(!table.plan(format.ck, 8, Int64(format.blockSize) / 2, columns, true, &plan))
        }
        #expect(!table.plan(CK_F32, 0, 32, 0, false, &plan))
        #expect(!table.plan(CK_F32, 8, 0, 0, false, &plan))
        #expect(!table.plan(ck_format(rawValue: 999), 8, 256, 0, false, &plan))
    }

    @Test func `the best table is one that can be asked for by name`() throws {
        let best = try #require(ck_linear_best())
        #expect(ck_linear_named(best.pointee.name) == best)
        #expect(ck_linear_named("abacus") == nil)
        #expect(Tables.names.contains("portable"))
    }
}
