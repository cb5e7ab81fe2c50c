#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The power spectrum of 400 real samples, one frame in each lane.
///
/// Even and odd samples are the real and imaginary parts of 200 complex numbers. 200 = 8 * 25 with no common factor, so
/// by Good and Thomas no twiddle factors lie between the transforms of 25 (five by five) and those of 8; their 201 real
/// bins are taken apart at the end.
struct FourierTransform400: Sendable {
    /// Vectors of scratch `powers` needs.
    static let scratchCount = 400 + 401 + 2 * 25

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

    /// `[5 b + c]`: what joins the two fives of a 25.
    private let inner = (0..<25).map { Twiddle($0 / 5 * ($0 % 5), 25) }
    /// `[k]`: what joins even and odd samples in bin k.
    private let outer = (0...100).map { Twiddle($0, 400) }
    /// `[8 k2 + k1]`: the bin that is k1 modulo 8 and k2 modulo 25.
    private let binOf: [Int] = (0..<200).map { slot in (25 * (slot % 8) + 176 * (slot / 8)) % 200 }

    /// Writes the powers of bins 0...200 of `window * samples`, times four.
    /// - Parameters:
    ///   - columns: `[160][stride]`: sample `n` of lane `l` is `columns[n % 160][offset + l + n / 160]`.
    ///   - window: 400 factors.
    ///   - scratch: `scratchCount` vectors.
    /// - Returns: Where in the scratch the 201 powers are.
    func powers(
        columns: UnsafePointer<Float>, stride: Int, offset: Int, window: [Float],
        _ base: UnsafeMutablePointer<Lanes>
    ) -> UnsafePointer<Lanes> {
        let raw = UnsafeRawPointer(columns)
        let (re, im) = (base + 400, base + 600)
        let (partRe, partIm) = (base + 801, base + 826)
        func sample(_ n: Int) -> Lanes {
            let position = (n % 160) * stride + offset + n / 160
            return raw.loadUnaligned(fromByteOffset: position * 4, as: Lanes.self) * window[n]
        }
        for n1 in 0..<8 {
            // 25 points: first over a of n2 = 5 a + b, then over b.
            for b in 0..<5 {
                func point(_ a: Int) -> (Lanes, Lanes) {
                    let n = (25 * n1 + 8 * (5 * a + b)) % 200
                    return (sample(2 * n), sample(2 * n + 1))
                }
                let y = Self.five(point(0), point(1), point(2), point(3), point(4))
                partRe[5 * b] = y.0.0
                partIm[5 * b] = y.0.1
                for (c, value) in [(1, y.1), (2, y.2), (3, y.3), (4, y.4)] {
                    let twiddle = inner[5 * b + c]
                    partRe[5 * b + c] = value.0 * twiddle.re - value.1 * twiddle.im
                    partIm[5 * b + c] = value.0 * twiddle.im + value.1 * twiddle.re
                }
            }
            for c in 0..<5 {
                func point(_ b: Int) -> (Lanes, Lanes) { (partRe[5 * b + c], partIm[5 * b + c]) }
                let y = Self.five(point(0), point(1), point(2), point(3), point(4))
                for (d, value) in [(0, y.0), (1, y.1), (2, y.2), (3, y.3), (4, y.4)] {
                    re[8 * (c + 5 * d) + n1] = value.0
                    im[8 * (c + 5 * d) + n1] = value.1
                }
            }
        }
        // Bins in order, in the first 400 vectors.
        let (binRe, binIm) = (base, base + 200)
        for k2 in 0..<25 {
            let slot = 8 * k2
            let y = Self.eight(re + slot, im + slot)
            for (k1, value) in [y.0, y.1, y.2, y.3, y.4, y.5, y.6, y.7].enumerated() {
                binRe[binOf[slot + k1]] = value.0
                binIm[binOf[slot + k1]] = value.1
            }
        }
        for k in 0...100 {
            let m = (200 - k) % 200
            let even = (binRe[k] + binRe[m], binIm[k] - binIm[m])
            let odd = (binIm[k] + binIm[m], binRe[m] - binRe[k])
            let twiddle = outer[k]
            let turned = (
                odd.0 * twiddle.re - odd.1 * twiddle.im, odd.0 * twiddle.im + odd.1 * twiddle.re
            )
            let (sumRe, sumIm) = (even.0 + turned.0, even.1 + turned.1)
            let (gapRe, gapIm) = (even.0 - turned.0, even.1 - turned.1)
            re[k] = sumRe * sumRe + sumIm * sumIm
            re[200 - k] = gapRe * gapRe + gapIm * gapIm
        }
        return UnsafePointer(re)
    }

    private typealias Complex = (Lanes, Lanes)

    /// Five points, Winograd-like: sums and differences of the pairs (1, 4) and (2, 3).
    @inline(__always)
    private static func five(_ x0: Complex, _ x1: Complex, _ x2: Complex, _ x3: Complex, _ x4: Complex)
        -> (Complex, Complex, Complex, Complex, Complex)
    {
        let (c1, c2): (Float, Float) = (0.309_016_994_374_947_4, -0.809_016_994_374_947_4)
        let (s1, s2): (Float, Float) = (0.951_056_516_295_153_5, 0.587_785_252_292_473_1)
        let (a, b) = ((x1.0 + x4.0, x1.1 + x4.1), (x2.0 + x3.0, x2.1 + x3.1))
        let (d, e) = ((x1.0 - x4.0, x1.1 - x4.1), (x2.0 - x3.0, x2.1 - x3.1))
        let (p0, p1) = (x0.0 + a.0 * c1 + b.0 * c2, x0.1 + a.1 * c1 + b.1 * c2)
        let (q0, q1) = (x0.0 + a.0 * c2 + b.0 * c1, x0.1 + a.1 * c2 + b.1 * c1)
        let (u0, u1) = (d.0 * s1 + e.0 * s2, d.1 * s1 + e.1 * s2)
        let (v0, v1) = (d.0 * s2 - e.0 * s1, d.1 * s2 - e.1 * s1)
        return (
            (x0.0 + a.0 + b.0, x0.1 + a.1 + b.1), (p0 + u1, p1 - u0), (q0 + v1, q1 - v0), (q0 - v1, q1 + v0),
            (p0 - u1, p1 + u0)
        )
    }

    @inline(__always)
    private static func four(_ x0: Complex, _ x1: Complex, _ x2: Complex, _ x3: Complex)
        -> (Complex, Complex, Complex, Complex)
    {
        let (a, b) = ((x0.0 + x2.0, x0.1 + x2.1), (x0.0 - x2.0, x0.1 - x2.1))
        let (c, d) = ((x1.0 + x3.0, x1.1 + x3.1), (x1.0 - x3.0, x1.1 - x3.1))
        return (
            (a.0 + c.0, a.1 + c.1), (b.0 + d.1, b.1 - d.0), (a.0 - c.0, a.1 - c.1), (b.0 - d.1, b.1 + d.0)
        )
    }

    @inline(__always)
    private static func eight(_ re: UnsafeMutablePointer<Lanes>, _ im: UnsafeMutablePointer<Lanes>)
        -> (Complex, Complex, Complex, Complex, Complex, Complex, Complex, Complex)
    {
        let e = four((re[0], im[0]), (re[2], im[2]), (re[4], im[4]), (re[6], im[6]))
        let o = four((re[1], im[1]), (re[3], im[3]), (re[5], im[5]), (re[7], im[7]))
        let r: Float = 0.707_106_781_186_547_5
        let o1 = ((o.1.0 + o.1.1) * r, (o.1.1 - o.1.0) * r)
        let o2 = (o.2.1, -o.2.0)
        let o3 = ((o.3.1 - o.3.0) * r, (o.3.0 + o.3.1) * -r)
        return (
            (e.0.0 + o.0.0, e.0.1 + o.0.1), (e.1.0 + o1.0, e.1.1 + o1.1), (e.2.0 + o2.0, e.2.1 + o2.1),
            (e.3.0 + o3.0, e.3.1 + o3.1), (e.0.0 - o.0.0, e.0.1 - o.0.1), (e.1.0 - o1.0, e.1.1 - o1.1),
            (e.2.0 - o2.0, e.2.1 - o2.1), (e.3.0 - o3.0, e.3.1 - o3.1)
        )
    }
}
