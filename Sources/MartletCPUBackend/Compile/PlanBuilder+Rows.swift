import CMartletKernels
import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PlanBuilder {
    mutating func makeRows(
        _ region: LoweredRegion, _ source: LoweredSource, _ addend: Int?, _ out: Int
    ) throws(BackendError) {
        let source = try rowSource(source, lowering.domains[out])
        let rows = RowsRegion(
            source: source, addend: addend.map { UnsafePointer(pointer($0)) }, out: pointer(out))
        append(.rows(storage.place(rows)), label("rows", region))
    }

    mutating func makeGated(
        _ region: LoweredRegion, _ x: Int, _ activation: Activation, _ out: Int
    ) throws(BackendError) {
        let half = width(out)
        let gated = MapRegion(
            function: try function(.activation(activation)), first: UnsafePointer(pointer(x)),
            second: UnsafePointer(pointer(x)) + half, out: pointer(out), width: half, domain: lowering.domains[out])
        append(.gated(storage.place(gated)), label("gated", region))
    }

    mutating func makeMap(
        _ region: LoweredRegion, _ x: Int, _ function: LoweredFunction, _ out: Int
    ) throws(BackendError) {
        let map = MapRegion(
            function: try self.function(function), first: UnsafePointer(pointer(x)),
            second: UnsafePointer(pointer(x)), out: pointer(out), width: width(out), domain: lowering.domains[out])
        append(.map(storage.place(map)), label("map", region))
    }

    mutating func makeAdd(_ region: LoweredRegion, _ x: Int, _ y: Int, _ out: Int) {
        append(.add(storage.place(pair(x, y, out))), label("add", region))
    }

    mutating func makeMultiply(_ region: LoweredRegion, _ x: Int, _ y: Int, _ out: Int) {
        append(.multiply(storage.place(pair(x, y, out))), label("multiply", region))
    }

    private func pair(_ x: Int, _ y: Int, _ out: Int) -> PairRegion {
        PairRegion(
            first: UnsafePointer(pointer(x)), second: UnsafePointer(pointer(y)), out: pointer(out), width: width(out),
            secondWidth: width(y), domain: lowering.domains[out])
    }

    func rowSource(_ source: LoweredSource, _ domain: RowDomain) throws(BackendError) -> RowSource {
        let inputWidth = width(source.value)
        let unfold = source.unfold.map { unfold in
            storage.place(
                RowUnfold(
                    inputWidth: inputWidth, rowsPerToken: program.nodes[source.value].rowsPerToken,
                    kernelSize: unfold.kernelSize, stride: unfold.stride, padding: unfold.padding))
        }
        return RowSource(
            base: UnsafePointer(pointer(source.value)), width: inputWidth * (source.unfold?.kernelSize ?? 1),
            domain: domain, isGathered: source.isGathered, unfold: unfold,
            norm: try source.norm.map { norm throws(BackendError) in
                storage.place(try rowNorm(norm, width: width(source.value)))
            })
    }

    /// A norm of rows of `width` columns with its factors as the kernels want them.
    func rowNorm(_ norm: Norm, width: Int) throws(BackendError) -> RowNorm {
        let factors = try concatenated(norm.weights) ?? UnsafePointer(ones(norm.groupSize))
        if norm.weightOffset != 0, !norm.weights.isEmpty {
            let count = norm.weights.reduce(0) { $0 + $1.shape[0] }
            let shifted = storage.floats(count)
            for index in 0..<count { shifted[index] = factors[index] + norm.weightOffset }
            return rowNorm(norm, width, factors: UnsafePointer(shifted), biases: try concatenated(norm.biases))
        }
        return rowNorm(norm, width, factors: factors, biases: try concatenated(norm.biases))
    }

    private func rowNorm(
        _ norm: Norm, _ width: Int, factors: UnsafePointer<Float>, biases: UnsafePointer<Float>?
    ) -> RowNorm {
        func isRowWide(_ refs: [WeightRef]) -> Bool { refs.reduce(0) { $0 + $1.shape[0] } > norm.groupSize }
        return RowNorm(
            isLayerNorm: norm.kind == .layer, width: width, groupSize: norm.groupSize, factors: factors,
            factorStride: isRowWide(norm.weights) ? norm.groupSize : 0, biases: biases,
            biasStride: isRowWide(norm.biases) ? norm.groupSize : 0, eps: norm.eps)
    }

    private func ones(_ count: Int) -> UnsafeMutablePointer<Float> {
        let ones = storage.floats(count)
        ones.update(repeating: 1, count: count)
        return ones
    }

    /// Vectors one after the other; nil for none.
    private func concatenated(_ refs: [WeightRef]) throws(BackendError) -> UnsafePointer<Float>? {
        if refs.count <= 1 { return try refs.first.map { ref throws(BackendError) in try vector(ref) } }
        let all = storage.floats(refs.reduce(0) { $0 + $1.shape[0] })
        var offset = 0
        for ref in refs {
            (all + offset).update(from: try vector(ref), count: ref.shape[0])
            offset += ref.shape[0]
        }
        return UnsafePointer(all)
    }

    /// A function with its numbers as the kernels want them.
    func function(_ function: LoweredFunction) throws(BackendError) -> ck_function {
        switch function {
        case .scale(let factor): ck_function(kind: CK_SCALE, a: factor, b: 0, c: 0, d: 0)
        case .softcap(let cap): ck_function(kind: CK_SOFTCAP, a: cap, b: 0, c: 0, d: 0)
        case .activation(let activation): try self.function(activation)
        }
    }

    private func function(_ activation: Activation) throws(BackendError) -> ck_function {
        func plain(_ kind: ck_function_kind, _ a: Float = 0, _ b: Float = 0) -> ck_function {
            ck_function(kind: kind, a: a, b: b, c: 0, d: 0)
        }
        switch activation {
        case .silu: return plain(CK_SILU)
        case .gelu: return plain(CK_GELU)
        case .geluTanh: return plain(CK_GELU_TANH)
        case .quickGelu: return plain(CK_QUICK_GELU)
        case .relu: return plain(CK_RELU)
        case .relu2: return plain(CK_RELU2)
        case .sigmoid: return plain(CK_SIGMOID)
        case .tanh: return plain(CK_TANH)
        case .softplus: return plain(CK_SOFTPLUS)
        case .clamp(let limit): return plain(CK_CLAMP, limit)
        case .clampedSwiGLU(let alpha, let limit): return plain(CK_CLAMPED_SWIGLU, alpha, limit)
        case .xielu(let alphaP, let alphaN, let beta, let eps):
            func softplus(_ x: Float) -> Double { log1p(exp(-abs(Double(x)))) + max(Double(x), 0) }
            let positive = softplus(try vector(alphaP)[0])
            let negative = Double(beta) + softplus(try vector(alphaN)[0])
            return ck_function(kind: CK_XIELU, a: Float(positive), b: Float(negative), c: beta, d: eps)
        }
    }
}
