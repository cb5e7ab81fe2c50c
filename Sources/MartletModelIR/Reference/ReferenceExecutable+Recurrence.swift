#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ReferenceExecutable {
    /// A causal depthwise convolution, its last inputs kept as state.
    func shortConv(
        _ x: ReferenceMatrix, _ conv: ShortConv, _ batch: InputBatch, _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let kernel = conv.weight.shape[1]
        let weight = matrix(conv.weight)
        let bias = conv.bias.map(floats)
        let activation = conv.activation.map(reference)
        return recurrence(batch, conv.state, width: x.width, cache) { token, state in
            let inputs = state + x.row(token)
            state = Array(inputs.dropFirst(x.width))
            return (0..<x.width).map { channel in
                let sum = (0..<kernel).reduce(0.0) { sum, index in
                    sum + Double(weight.elements[channel * kernel + index]) * Double(inputs[index * x.width + channel])
                }
                let y = Float(sum + Double(bias?[channel] ?? 0))
                return activation?(y) ?? y
            }
        }
    }

    /// The gated delta rule, one token after the other. See `GatedDeltaNet`.
    func gatedDeltaNet(
        _ x: ReferenceMatrix, _ gates: ReferenceMatrix, _ net: GatedDeltaNet, _ batch: InputBatch,
        _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let (keyDim, valueDim) = (net.keyDim, net.valueDim)
        let (aLog, dtBias) = (floats(net.aLog), floats(net.dtBias))
        return recurrence(batch, net.state, width: net.numValueHeads * valueDim, cache) { token, state in
            let row = x.row(token).map(Double.init)
            let gate = gates.row(token).map(Double.init)
            var output: [Float] = []
            for head in 0..<net.numValueHeads {
                let keyHead = head / (net.numValueHeads / net.numKeyHeads)
                func unit(_ start: Int) -> [Double] {
                    let part = row[start..<start + keyDim]
                    let factor = 1 / (part.reduce(1e-6) { $0 + $1 * $1 }).squareRoot()
                    return part.map { $0 * factor }
                }
                let query = unit(keyHead * keyDim).map { $0 / Double(keyDim).squareRoot() }
                let key = unit((net.numKeyHeads + keyHead) * keyDim)
                let value = row[(2 * net.numKeyHeads * keyDim + head * valueDim)...].prefix(valueDim)
                let beta = 1 / (1 + exp(-gate[head]))
                let decay = exp(
                    -exp(Double(aLog[head])) * softplus(gate[net.numValueHeads + head] + Double(dtBias[head])))
                let base = head * keyDim * valueDim
                for (column, value) in value.enumerated() {
                    var remembered = 0.0
                    for row in 0..<keyDim {
                        let index = base + row * valueDim + column
                        state[index] = Float(Double(state[index]) * decay)
                        remembered += key[row] * Double(state[index])
                    }
                    let delta = beta * (value - remembered)
                    var sum = 0.0
                    for row in 0..<keyDim {
                        let index = base + row * valueDim + column
                        state[index] = Float(Double(state[index]) + key[row] * delta)
                        sum += query[row] * Double(state[index])
                    }
                    output.append(Float(sum))
                }
            }
            return output
        }
    }

    /// The selective state space, one token after the other. See `Mamba2`.
    func mamba2(
        _ x: ReferenceMatrix, _ timeStep: ReferenceMatrix, _ mamba: Mamba2, _ batch: InputBatch,
        _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let (headDim, stateDim) = (mamba.headDim, mamba.stateDim)
        let (aLog, d, dtBias) = (floats(mamba.aLog), floats(mamba.d), floats(mamba.dtBias))
        return recurrence(batch, mamba.state, width: mamba.numHeads * headDim, cache) { token, state in
            let row = x.row(token).map(Double.init)
            var output: [Float] = []
            for head in 0..<mamba.numHeads {
                let unbounded = softplus(
                    Double(timeStep.row(token)[token * mamba.numHeads + head]) + Double(dtBias[head]))
                let step = min(max(unbounded, Double(mamba.minTimeStep)), Double(mamba.maxTimeStep))
                let decay = exp(-exp(Double(aLog[head])) * step)
                let group = head / (mamba.numHeads / mamba.numGroups)
                let b = mamba.numHeads * headDim + group * stateDim
                let c = b + mamba.numGroups * stateDim
                for column in 0..<headDim {
                    let input = row[head * headDim + column]
                    var sum = 0.0
                    for index in 0..<stateDim {
                        let place = (head * headDim + column) * stateDim + index
                        state[place] = Float(Double(state[place]) * decay + step * input * row[b + index])
                        sum += Double(state[place]) * row[c + index]
                    }
                    output.append(Float(sum + Double(d[head]) * input))
                }
            }
            return output
        }
    }

    /// Walks the tokens of every request in order with the request's state in hand.
    private func recurrence(
        _ batch: InputBatch, _ reference: StateRef, width: Int, _ cache: ReferenceKVCache,
        _ step: (_ token: Int, _ state: inout [Float]) -> [Float]
    ) -> ReferenceMatrix {
        var result = ReferenceMatrix(width: width, elements: [])
        for request in 0..<batch.numRequests {
            let first = Int(batch.queryStartLoc[request])
            let slot = Int(batch.stateSlots[request])
            var state = cache.state(reference, slot: slot, isFresh: batch.positions[first] == 0)
            for token in first..<Int(batch.queryStartLoc[request + 1]) { result.elements += step(token, &state) }
            cache.store(state, reference, slot: slot)
        }
        return result
    }
}
