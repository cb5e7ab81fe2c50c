#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension RopeParameters {
    /// How the frequencies are stretched beyond the trained length.
    public enum Scaling: Hashable, Sendable {
        /// Not at all.
        case `default`
        /// Every frequency divided by the factor.
        case linear(factor: Double)
        /// NTK: a larger theta, once the served length exceeds the trained one.
        case dynamic(factor: Double)
        /// NTK with theta raised by a given alpha.
        case dynamicAlpha(Double)
        /// Llama 3.1: low frequencies divided, high ones kept, smooth between.
        case llama3(Llama3)
        /// YaRN.
        case yarn(Yarn)
        /// One divisor per frequency, one list for short and one for long contexts.
        case longrope(LongRope)
        /// The partial factor keeps the highest frequencies of the whole head, the others are zero; all divided.
        case proportional(factor: Double)
    }

    /// Numbers of `rope_type: llama3`.
    public struct Llama3: Hashable, Sendable {
        /// Divisor of low frequencies.
        public var factor: Double
        /// Wavelengths longer than `originalMaxPositionEmbeddings / lowFreqFactor` are divided.
        public var lowFreqFactor: Double
        /// Wavelengths shorter than `originalMaxPositionEmbeddings / highFreqFactor` are kept.
        public var highFreqFactor: Double
        /// Positions of the pretraining.
        public var originalMaxPositionEmbeddings: Double
    }

    /// Numbers of `rope_type: yarn`, and of `deepseek_yarn`, which infers another attention factor.
    public struct Yarn: Hashable, Sendable {
        /// Divisor of interpolated frequencies.
        public var factor: Double
        /// Positions of the pretraining.
        public var originalMaxPositionEmbeddings: Double
        /// Rotations above which a frequency is kept.
        public var betaFast: Double
        /// Rotations below which a frequency is interpolated.
        public var betaSlow: Double
        /// Whether the bounds of the ramp are rounded outwards to whole dimensions.
        public var truncate: Bool
        /// Factor on cos and sin.
        public var attentionFactor: Double
        /// Strength of the magnitude on all dimensions, 0 for none; see `softmaxScaleFactor`.
        public var mscaleAllDim: Double

        /// How much larger vectors get when positions are stretched by `factor`.
        static func magnitude(_ factor: Double, _ mscale: Double) -> Double {
            factor <= 1 ? 1 : 0.1 * mscale * log(factor) + 1
        }
    }

    /// Numbers of `rope_type: longrope`.
    public struct LongRope: Hashable, Sendable {
        /// Divisors up to the trained length, one per frequency.
        public var shortFactor: [Double]
        /// Divisors beyond the trained length, one per frequency.
        public var longFactor: [Double]
        /// Positions of the pretraining.
        public var originalMaxPositionEmbeddings: Double
        /// Factor on cos and sin.
        public var attentionFactor: Double
    }
}
