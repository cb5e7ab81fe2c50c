import CMartletKernels
import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PlanBuilder {
    /// A layer that keeps a state.
    mutating func makeRecurrent(_ region: LoweredRegion, _ op: Op, _ out: Int) throws(BackendError) {
        switch op {
        case .shortConv(let x, let conv):
            append(.shortConv(try shortConv(x, conv, out)), label("convolution", region))
        case .gatedDeltaNet(let x, let gates, let net):
            append(.deltaNet(try deltaNet(x, gates, net, out)), label("delta rule", region))
        case .mamba2(let x, let timeStep, let mamba):
            append(.mamba2(try mamba2(x, timeStep, mamba, out)), label("state space", region))
        default: preconditionFailure("\(op) keeps no state")
        }
    }

    private func shortConv(
        _ x: Value, _ conv: ShortConv, _ out: Int
    ) throws(BackendError) -> UnsafePointer<ShortConvRegion> {
        if let activation = conv.activation, activation != .silu {
            throw BackendError(
                backend: CPUBackend.name,
                message: "\(conv.weight.name): \(activation) in a convolution is not supported; supported: silu")
        }
        let (channels, width) = (conv.weight.shape[0], conv.weight.shape[1])
        let stored = try vector(conv.weight)
        let weight = storage.floats(channels * width)
        for channel in 0..<channels {
            for index in 0..<width { weight[index * channels + channel] = stored[channel * width + index] }
        }
        var bias: UnsafePointer<Float>?
        if let ref = conv.bias { bias = try vector(ref) }
        return storage.place(
            ShortConvRegion(
                input: UnsafePointer(pointer(x.id)), width: width, channels: channels, weight: UnsafePointer(weight),
                bias: bias, hasSilu: conv.activation == .silu, state: conv.state, out: pointer(out)))
    }

    private func deltaNet(
        _ x: Value, _ gates: Value, _ net: GatedDeltaNet, _ out: Int
    ) throws(BackendError) -> UnsafePointer<DeltaNetRegion> {
        storage.place(
            DeltaNetRegion(
                input: UnsafePointer(pointer(x.id)), gates: UnsafePointer(pointer(gates.id)),
                numKeyHeads: net.numKeyHeads, numValueHeads: net.numValueHeads, keyDim: net.keyDim,
                valueDim: net.valueDim, negativeA: try negativeA(net.aLog), dtBias: try vector(net.dtBias),
                state: net.state, out: pointer(out)))
    }

    private func mamba2(
        _ x: Value, _ timeStep: Value, _ mamba: Mamba2, _ out: Int
    ) throws(BackendError) -> UnsafePointer<Mamba2Region> {
        storage.place(
            Mamba2Region(
                input: UnsafePointer(pointer(x.id)), timeStep: UnsafePointer(pointer(timeStep.id)),
                numHeads: mamba.numHeads, headDim: mamba.headDim, numGroups: mamba.numGroups,
                stateDim: mamba.stateDim, negativeA: try negativeA(mamba.aLog), d: try vector(mamba.d),
                dtBias: try vector(mamba.dtBias), minTimeStep: mamba.minTimeStep, maxTimeStep: mamba.maxTimeStep,
                state: mamba.state, out: pointer(out)))
    }

    /// `-exp(aLog)`.
    private func negativeA(_ aLog: WeightRef) throws(BackendError) -> UnsafePointer<Float> {
        let stored = try vector(aLog)
        let values = storage.floats(aLog.shape[0])
        for index in 0..<aLog.shape[0] { values[index] = Float(-exp(Double(stored[index]))) }
        return UnsafePointer(values)
    }
}
