import CMartletKernels
import Testing

/// FP8 and FP4 weights with scales over blocks of every shape.
@Suite struct ScaledTests {
    struct Grid: Sendable {
        let format: ck_scale_format
        let rows: Int, columns: Int
    }

    /// Blocks of all, some and no multiple of what kernels take at a time; rows, the whole, more than the whole.
    static let grids = [
        Grid(format: CK_SCALE_F32, rows: 128, columns: 128), Grid(format: CK_SCALE_BF16, rows: 1, columns: 128),
        Grid(format: CK_SCALE_F16, rows: 1, columns: 1 << 20),
        Grid(format: CK_SCALE_F32, rows: 1 << 20, columns: 1 << 20),
        Grid(format: CK_SCALE_E8M0, rows: 16, columns: 32), Grid(format: CK_SCALE_F32, rows: 16, columns: 16),
        Grid(format: CK_SCALE_F32, rows: 7, columns: 50), Grid(format: CK_SCALE_F32, rows: 64, columns: 256),
        Grid(format: CK_SCALE_F32, rows: 3, columns: 1), Grid(format: CK_SCALE_F32, rows: 48, columns: 160),
    ]

    @Test(arguments: Tables.names, grids.indices)
    func `scales of any block give the product by its definition`(name: String, grid: Int) throws {
        let (table, grid) = (try LinearTests.table(name), Self.grids[grid])
        for float32 in [false, true] {
            for (n, k, m) in [(5, 3, 2), (40, 333, 13), (97, 640, 1), (33, 129, 30)] {
                let problem = LinearProblem(
                    format: .f8_e4m3, n: n, k: k, m: m, scaleFormat: grid.format, rows: grid.rows, columns: grid.columns
                )
                let plan = try #require(problem.plan(table, float32: float32))
                let y = problem.product(table, plan)
                let worst = LinearTests.worstError(problem, problem.dequantized(table), y, plan.activation)
                #expect(worst <= LinearTests.tolerance, "n \(n) k \(k) m \(m) float32 \(float32)")
                let alone = (0..<m).flatMap { problem.product(table, plan, rows: $0..<$0 + 1) }
                #expect(y == alone && y == problem.product(table, plan, split: .smallestPieces))
            }
        }
    }

    @Test(arguments: Tables.names)
    func `many rows, which pass in parts, have the bits of each row alone`(name: String) throws {
        let table = try LinearTests.table(name)
        for format in [Format.f8_e4m3, .mxfp4] {
            let problem = LinearProblem(format: format, n: 70, k: 4160, m: 131)
            let plan = try #require(problem.plan(table, float32: false))
            let y = problem.product(table, plan)
            for row in [0, 60, 96, 130] {
                let alone = problem.product(table, plan, rows: row..<row + 1)
                #expect(Array(y[row * problem.ldy..<(row + 1) * problem.ldy]) == alone, "\(format) row \(row)")
            }
        }
    }

    @Test(arguments: Tables.names)
    func `a weight that is NaN makes its output NaN and no other`(name: String) throws {
        let table = try LinearTests.table(name)
        for float32 in [false, true] {
            let problem = LinearProblem(format: .f8_e4m3, n: 40, k: 200, m: 2).replacing(byte: 0xff, at: 17 * 200 + 150)
            let plan = try #require(problem.plan(table, float32: float32))
            let y = problem.product(table, plan)
            for row in 0..<2 {
                for column in 0..<40 { #expect(y[row * problem.ldy + column].isNaN == (column == 17)) }
            }
        }
    }

    @Test(arguments: Tables.names)
    func `FP8 needs no scales, and no other format takes any`(name: String) throws {
        let table = try LinearTests.table(name)
        var plan = ck_plan()
        #expect(table.plan(CK_F8_E4M3, 8, 37, 0, false, &plan))
        for format in Format.allCases where format != .f8_e4m3 {
            #expect(!table.plan(format.ck, 8, 512, 128, false, &plan))
            #expect(table.plan(format.ck, 8, 512, 0, false, &plan) == (format != .e2m1))
        }
        #expect(!table.plan(CK_F8_E4M3, 8, 512, -1, false, &plan))
    }
}
