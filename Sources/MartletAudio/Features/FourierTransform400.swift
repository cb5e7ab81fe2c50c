#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The power spectrum of 400 real samples under a Hann window, one frame in each lane.
///
/// Even and odd samples are the real and imaginary parts of 200 complex numbers. 200 = 8 * 25 with no common factor, so
/// by Good and Thomas no twiddle factors lie between the transforms of 25 (five by five) and those of 8; their 201 real
/// bins are taken apart at the end.
struct FourierTransform400: Sendable {
    typealias Complex = (re: Lanes, im: Lanes)

    /// Vectors of scratch `powers` needs.
    static let scratchCount = 400 + 401 + 2 * 25
    /// Floats from one sample of the columns to the next: a group of 16 frames reaches over 19 blocks of 160 samples.
    static let columnStride = 19

    /// A sample as the transforms of 25 take them: where it is in the columns, and its factor.
    private struct Tap: Sendable {
        var position: Int32
        var factor: Float

        init(sample: Int) {
            position = Int32(sample % 160 * columnStride + sample / 160)
            // Half of a periodic Hann window: taking even and odd samples apart doubles.
            factor = Float(0.5 * (0.5 - 0.5 * cos(2 * Double.pi * Double(sample) / 400)))
        }
    }

    /// `cos` and `-sin` of a fraction of the circle.
    private struct Twiddle: Sendable {
        var re: Float
        var im: Float

        init(_ numerator: Int, _ denominator: Int) {
            let angle = 2 * Double.pi * Double(numerator) / Double(denominator)
            re = Float(cos(angle))
            im = Float(-sin(angle))
        }
    }

    /// `[n1][b][a][even, odd]`.
    private let taps: [Tap]
    /// `[5 b + c]`: what joins the two fives of a 25.
    private let inner: [Twiddle]
    /// `[k]`: what joins even and odd samples in bin k.
    private let outer: [Twiddle]
    /// `[8 k2 + k1]`: the bin that is k1 modulo 8 and k2 modulo 25.
    private let bins: [Int32]

    init() {
        var taps: [Tap] = []
        for n1 in 0..<8 {
            for b in 0..<5 {
                for a in 0..<5 {
                    let pair = (25 * n1 + 8 * (5 * a + b)) % 200
                    taps += [Tap(sample: 2 * pair), Tap(sample: 2 * pair + 1)]
                }
            }
        }
        self.taps = taps
        inner = (0..<25).map { index -> Twiddle in Twiddle((index / 5) * (index % 5), 25) }
        outer = (0...100).map { bin -> Twiddle in Twiddle(bin, 400) }
        var bins = [Int32](repeating: 0, count: 200)
        for k2 in 0..<25 {
            // 25 is 1 modulo 8, 176 is 1 modulo 25, and each is 0 modulo the other.
            for k1 in 0..<8 { bins[8 * k2 + k1] = Int32((25 * k1 + 176 * k2) % 200) }
        }
        self.bins = bins
    }

    /// The powers of bins 0...200.
    /// - Parameters:
    ///   - columns: `[160][columnStride]`: sample `n` of lane `l` is `columns[n % 160][l + n / 160]`.
    ///   - scratch: `scratchCount` vectors.
    /// - Returns: Where in the scratch the 201 powers are.
    func powers(of columns: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Lanes>) -> UnsafePointer<Lanes> {
        let (re, im) = (scratch + 400, scratch + 600)
        transforms25(of: columns, re, im, part: scratch + 801)
        transforms8(re, im, into: scratch, scratch + 200)
        separate(scratch, scratch + 200, into: re)
        return UnsafePointer(re)
    }

    /// Eight transforms of 25 points, `[k2][n1]`: each is five by five, `n2 = 5 a + b` and `k2 = c + 5 d`.
    private func transforms25(
        of columns: UnsafePointer<Float>, _ re: UnsafeMutablePointer<Lanes>, _ im: UnsafeMutablePointer<Lanes>,
        part: UnsafeMutablePointer<Lanes>
    ) {
        let raw = UnsafeRawPointer(columns)
        taps.withUnsafeBufferPointer { taps in
            inner.withUnsafeBufferPointer { inner in
                @inline(__always) func sample(_ index: Int) -> Lanes {
                    let tap = taps[index]
                    return raw.loadUnaligned(fromByteOffset: Int(tap.position) * 4, as: Lanes.self) * tap.factor
                }
                @inline(__always) func keep(_ value: Complex, _ index: Int) {
                    let twiddle = inner[index]
                    part[index] = value.re * twiddle.re - value.im * twiddle.im
                    part[25 + index] = value.re * twiddle.im + value.im * twiddle.re
                }
                for n1 in 0..<8 {
                    for b in 0..<5 {
                        let tap = 50 * n1 + 10 * b
                        let y = five(
                            (sample(tap), sample(tap + 1)), (sample(tap + 2), sample(tap + 3)),
                            (sample(tap + 4), sample(tap + 5)), (sample(tap + 6), sample(tap + 7)),
                            (sample(tap + 8), sample(tap + 9)))
                        part[5 * b] = y.0.re
                        part[5 * b + 25] = y.0.im
                        keep(y.1, 5 * b + 1)
                        keep(y.2, 5 * b + 2)
                        keep(y.3, 5 * b + 3)
                        keep(y.4, 5 * b + 4)
                    }
                    for c in 0..<5 {
                        let y = five(
                            (part[c], part[25 + c]), (part[5 + c], part[30 + c]), (part[10 + c], part[35 + c]),
                            (part[15 + c], part[40 + c]), (part[20 + c], part[45 + c]))
                        let slot = 8 * c + n1
                        (re[slot], im[slot]) = y.0
                        (re[slot + 40], im[slot + 40]) = y.1
                        (re[slot + 80], im[slot + 80]) = y.2
                        (re[slot + 120], im[slot + 120]) = y.3
                        (re[slot + 160], im[slot + 160]) = y.4
                    }
                }
            }
        }
    }

    /// Twenty-five transforms of 8 points; their results go to the bins they are.
    private func transforms8(
        _ re: UnsafeMutablePointer<Lanes>, _ im: UnsafeMutablePointer<Lanes>, into binRe: UnsafeMutablePointer<Lanes>,
        _ binIm: UnsafeMutablePointer<Lanes>
    ) {
        bins.withUnsafeBufferPointer { bins in
            for slot in stride(from: 0, to: 200, by: 8) {
                @inline(__always) func put(_ value: Complex, _ k1: Int) {
                    let bin = Int(bins[slot + k1])
                    (binRe[bin], binIm[bin]) = value
                }
                let (x, y) = (re + slot, im + slot)
                let e = four((x[0], y[0]), (x[2], y[2]), (x[4], y[4]), (x[6], y[6]))
                let o = four((x[1], y[1]), (x[3], y[3]), (x[5], y[5]), (x[7], y[7]))
                let r: Float = 0.707_106_781_186_547_5
                let o1 = ((o.1.re + o.1.im) * r, (o.1.im - o.1.re) * r)
                let o2 = (o.2.im, -o.2.re)
                let o3 = ((o.3.im - o.3.re) * r, (o.3.re + o.3.im) * -r)
                put((e.0.re + o.0.re, e.0.im + o.0.im), 0)
                put((e.1.re + o1.0, e.1.im + o1.1), 1)
                put((e.2.re + o2.0, e.2.im + o2.1), 2)
                put((e.3.re + o3.0, e.3.im + o3.1), 3)
                put((e.0.re - o.0.re, e.0.im - o.0.im), 4)
                put((e.1.re - o1.0, e.1.im - o1.1), 5)
                put((e.2.re - o2.0, e.2.im - o2.1), 6)
                put((e.3.re - o3.0, e.3.im - o3.1), 7)
            }
        }
    }

    /// Bins k and 200 - k of the 400 real samples from those bins of the 200 complex ones.
    private func separate(
        _ binRe: UnsafeMutablePointer<Lanes>, _ binIm: UnsafeMutablePointer<Lanes>,
        into powers: UnsafeMutablePointer<Lanes>
    ) {
        outer.withUnsafeBufferPointer { outer in
            for k in 0...100 {
                let m = k == 0 ? 0 : 200 - k
                let even = (re: binRe[k] + binRe[m], im: binIm[k] - binIm[m])
                let odd = (re: binIm[k] + binIm[m], im: binRe[m] - binRe[k])
                let twiddle = outer[k]
                let turnedRe = odd.re * twiddle.re - odd.im * twiddle.im
                let turnedIm = odd.re * twiddle.im + odd.im * twiddle.re
                let sum = (re: even.re + turnedRe, im: even.im + turnedIm)
                let gap = (re: even.re - turnedRe, im: even.im - turnedIm)
                powers[k] = sum.re * sum.re + sum.im * sum.im
                powers[200 - k] = gap.re * gap.re + gap.im * gap.im
            }
        }
    }

    /// Five points by the sums and differences of the pairs (1, 4) and (2, 3).
    @inline(__always)
    private func five(_ x0: Complex, _ x1: Complex, _ x2: Complex, _ x3: Complex, _ x4: Complex)
        -> (Complex, Complex, Complex, Complex, Complex)
    {
        let (c1, c2): (Float, Float) = (0.309_016_994_374_947_4, -0.809_016_994_374_947_4)
        let (s1, s2): (Float, Float) = (0.951_056_516_295_153_5, 0.587_785_252_292_473_1)
        let (a, b) = ((x1.re + x4.re, x1.im + x4.im), (x2.re + x3.re, x2.im + x3.im))
        let (d, e) = ((x1.re - x4.re, x1.im - x4.im), (x2.re - x3.re, x2.im - x3.im))
        let p: Complex = (x0.re + a.0 * c1 + b.0 * c2, x0.im + a.1 * c1 + b.1 * c2)
        let q: Complex = (x0.re + a.0 * c2 + b.0 * c1, x0.im + a.1 * c2 + b.1 * c1)
        let u: Complex = (d.0 * s1 + e.0 * s2, d.1 * s1 + e.1 * s2)
        let v: Complex = (d.0 * s2 - e.0 * s1, d.1 * s2 - e.1 * s1)
        return (
            (x0.re + a.0 + b.0, x0.im + a.1 + b.1), (p.re + u.im, p.im - u.re), (q.re + v.im, q.im - v.re),
            (q.re - v.im, q.im + v.re), (p.re - u.im, p.im + u.re)
        )
    }

    @inline(__always)
    private func four(_ x0: Complex, _ x1: Complex, _ x2: Complex, _ x3: Complex)
        -> (Complex, Complex, Complex, Complex)
    {
        let (a, b) = ((x0.re + x2.re, x0.im + x2.im), (x0.re - x2.re, x0.im - x2.im))
        let (c, d) = ((x1.re + x3.re, x1.im + x3.im), (x1.re - x3.re, x1.im - x3.im))
        return (
            (a.0 + c.0, a.1 + c.1), (b.0 + d.1, b.1 - d.0), (a.0 - c.0, a.1 - c.1), (b.0 - d.1, b.1 + d.0)
        )
    }
}
