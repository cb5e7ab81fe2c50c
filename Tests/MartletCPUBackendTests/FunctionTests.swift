import CMartletKernels
import Testing

@testable import MartletCPUBackend

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Elementwise functions against double precision over their whole range, in every kernel table.
struct FunctionTests {
    private static let tables: [String] = ["avx512-bf16", "avx512", "avx2", "neon", "portable"].filter { (name: String) in
        ck_vector_named(name) != nil
    }

    /// A function with what it is to be compared with.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let kind: ck_function_kind
        var a: Float = 0
        let twin: @Sendable (Double) -> Double
    }

    static let cases = [
        Case(testDescription: "silu", kind: CK_SILU) { $0 / (1 + exp(-$0)) },
        Case(testDescription: "gelu", kind: CK_GELU) { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) },
        Case(testDescription: "gelu tanh", kind: CK_GELU_TANH) {
            $0 / (1 + exp(-2 * (2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
        },
        Case(testDescription: "quick gelu", kind: CK_QUICK_GELU) { $0 / (1 + exp(-1.702 * $0)) },
        Case(testDescription: "sigmoid", kind: CK_SIGMOID) { 1 / (1 + exp(-$0)) },
        Case(testDescription: "tanh", kind: CK_TANH) { tanh($0) },
        Case(testDescription: "softplus", kind: CK_SOFTPLUS) { max($0, 0) + log1p(exp(-abs($0))) },
        Case(testDescription: "softcap", kind: CK_SOFTCAP, a: 30) { 30 * tanh($0 / 30) },
    ]

    @Test("Results are right to some units in the last place", arguments: cases, tables)
    func accuracy(_ test: Case, table: String) throws {
        let vector = try #require(ck_vector_named(table)).pointee
        let small = (1..<30).map { Float(sign: .plus, exponent: -$0, significand: 1.3) }
        let inputs = (-40000...40000).map { Float($0) / 2000 } + small + small.map { -$0 }
        var found = [Float](repeating: .nan, count: inputs.count)
        var function = ck_function(kind: test.kind, a: test.a, b: 0, c: 0, d: 0)
        vector.map(&function, inputs, Int64(inputs.count), &found)
        for (x, y) in zip(inputs, found) {
            let exact = test.twin(Double(x))
            // Tails carry the rounding of their exponents; what is below 1e-6 of the argument nobody adds up.
            let allowed = abs(exact) * 1e-6 + 2e-9 * abs(Double(x)) + 1e-37
            #expect(abs(Double(y) - exact) <= allowed, "\(x): \(y), not \(exact)")
        }
    }

    @Test("Extreme arguments give limits, not NaN", arguments: cases, tables)
    func extremes(_ test: Case, table: String) throws {
        let vector = try #require(ck_vector_named(table)).pointee
        let inputs: [Float] = [0, -0.0, 100, -100, 1e4, -1e4, 1e30]
        var found = [Float](repeating: .nan, count: inputs.count)
        var function = ck_function(kind: test.kind, a: test.a, b: 0, c: 0, d: 0)
        vector.map(&function, inputs, Int64(inputs.count), &found)
        #expect(found.allSatisfy { !$0.isNaN })
        #expect(found[0] == Float(test.twin(0)))
    }

    @Test("The place in a row changes nothing", arguments: tables)
    func places(table: String) throws {
        let vector = try #require(ck_vector_named(table)).pointee
        let inputs = (0..<83).map { Float($0) / 9 - 4 }
        for kind in [CK_SILU, CK_GELU, CK_TANH, CK_SOFTPLUS, CK_XIELU, CK_SOFTCAP] {
            var function = ck_function(kind: kind, a: 0.8, b: 0.7, c: 0.5, d: -1e-6)
            var whole = [Float](repeating: 0, count: inputs.count)
            vector.map(&function, inputs, Int64(inputs.count), &whole)
            for start in [1, 5, 17, 80] {
                let part = Array(inputs[start...])
                var found = [Float](repeating: 0, count: part.count)
                vector.map(&function, part, Int64(part.count), &found)
                #expect(found == Array(whole[start...]))
            }
        }
    }
}
