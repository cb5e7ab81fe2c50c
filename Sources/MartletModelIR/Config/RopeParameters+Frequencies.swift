#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension RopeParameters {
    /// The frequencies in radians per position, worked out in float32 as transformers does.
    ///
    /// How far dynamic stretches is decided here once, because keys in the cache keep the rotation they were written
    /// with; longrope has two sets of frequencies, of which a request takes one for all its tokens
    /// (`RotaryEmbedding.long`).
    ///
    /// - Parameter maxModelLen: Longest context served; nil for what the checkpoint names.
    public func rotaryEmbedding(maxModelLen: Int? = nil) -> RotaryEmbedding {
        var frequencies: [Float]
        var attentionFactor = 1.0
        var long: RotaryEmbedding.LongVariant?
        switch scaling {
        case .default:
            frequencies = inverseFrequencies(theta)
        case .linear(let factor):
            frequencies = inverseFrequencies(theta).map { $0 / Float(factor) }
        case .dynamic(let factor):
            let (served, trained) = (Double(maxModelLen ?? maxPositionEmbeddings), Double(maxPositionEmbeddings))
            let stretch = served > trained ? factor * served / trained - (factor - 1) : 1
            frequencies = inverseFrequencies(stretchedTheta(by: stretch))
        case .dynamicAlpha(let alpha):
            frequencies = inverseFrequencies(stretchedTheta(by: alpha))
        case .llama3(let llama3):
            frequencies = inverseFrequencies(theta).map(llama3.scaled)
        case .yarn(let yarn):
            frequencies = yarn.frequencies(periods(theta), theta: theta, dim: frequencyDim)
            attentionFactor = yarn.attentionFactor
        case .longrope(let longrope):
            func divided(by divisors: [Double]) -> [Float] {
                zip(periods(theta), divisors).map { 1 / (Float($1) * $0) }
            }
            frequencies = divided(by: longrope.shortFactor)
            attentionFactor = longrope.attentionFactor
            long = RotaryEmbedding.LongVariant(
                length: Int(longrope.originalMaxPositionEmbeddings),
                inverseFrequencies: divided(by: longrope.longFactor), attentionFactor: Float(attentionFactor))
        case .proportional(let factor):
            let kept = Int((partialRotaryFactor * Double(frequencyDim) / 2).rounded(.down))
            frequencies = inverseFrequencies(theta).enumerated().map { $0 < kept ? $1 / Float(factor) : 0 }
        }
        if !frequencyFactors.isEmpty {
            frequencies = zip(frequencies, frequencyFactors).map { $0 / Float($1) }
        }
        return RotaryEmbedding(
            rotaryDim: rotaryDim, inverseFrequencies: frequencies, attentionFactor: Float(attentionFactor),
            isNeoxStyle: isNeoxStyle, queryScaling: queryScaling, long: long)
    }

    /// `theta^(2i/frequencyDim)`; exponent and base are rounded to float32 first, the power last.
    private func periods(_ theta: Double) -> [Float] {
        (0..<rotaryDim / 2).map { pair in
            let exponent = Float(2 * pair) / Float(frequencyDim)
            return Float(pow(Double(Float(theta)), Double(exponent)))
        }
    }

    private func inverseFrequencies(_ theta: Double) -> [Float] { periods(theta).map { 1 / $0 } }

    /// NTK: the theta that divides the lowest frequency by `stretch` and keeps the highest.
    private func stretchedTheta(by stretch: Double) -> Double {
        frequencyDim > 2 ? theta * pow(stretch, Double(frequencyDim) / Double(frequencyDim - 2)) : theta
    }
}

extension RopeParameters.Llama3 {
    fileprivate func scaled(_ frequency: Float) -> Float {
        let original = Float(originalMaxPositionEmbeddings)
        // Float.pi is rounded towards zero, this to the nearest.
        let wavelength = Float(2 * Double.pi) / frequency
        if wavelength < original / Float(highFreqFactor) { return frequency }
        if wavelength > original / Float(lowFreqFactor) { return frequency / Float(factor) }
        let range = Float(highFreqFactor - lowFreqFactor)
        let smooth = range == 0 ? 0 : (original / wavelength - Float(lowFreqFactor)) / range
        return (1 - smooth) * frequency / Float(factor) + smooth * frequency
    }
}

extension RopeParameters.Yarn {
    /// Frequencies of many rotations are kept, those of few are divided, a ramp lies between.
    fileprivate func frequencies(_ periods: [Float], theta: Double, dim: Int) -> [Float] {
        func dimension(ofRotations rotations: Double) -> Double {
            Double(dim) * log(originalMaxPositionEmbeddings / (rotations * 2 * .pi)) / (2 * log(theta))
        }
        var low = dimension(ofRotations: betaFast)
        var high = dimension(ofRotations: betaSlow)
        if truncate { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        (low, high) = (max(low, 0), min(high, Double(dim - 1)))
        // transformers' guard against a division by zero.
        if low == high { high += 0.001 }
        return periods.enumerated().map { pair, period in
            let ramp = min(max((Float(pair) - Float(low)) / Float(high - low), 0), 1)
            let kept = 1 - ramp
            return 1 / (Float(factor) * period) * (1 - kept) + 1 / period * kept
        }
    }
}
