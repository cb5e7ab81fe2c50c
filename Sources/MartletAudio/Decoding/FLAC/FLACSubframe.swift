/// Decodes one channel of a frame.
///
/// Arithmetic wraps around: only files that break the rules get there, and their samples are checked afterwards.
/// **Source** RFC 9639, section 9.2.
func decodeFLACSubframe(
    _ bits: inout BitReader, bitsPerSample: Int, into samples: UnsafeMutableBufferPointer<Int64>
) throws(FLACFault) {
    guard try bits.unsigned(1) == 0 else { throw .malformed("a subframe does not begin with 0") }
    let type = try bits.unsigned(6)
    let wasted = try bits.unsigned(1) == 0 ? 0 : try bits.unary() + 1
    let width = bitsPerSample - wasted
    guard width > 0 else { throw .malformed("all \(bitsPerSample) bits of a sample are wasted") }
    switch type {
    case 0: samples.update(repeating: try bits.signed(width))
    case 1: for index in samples.indices { samples[index] = try bits.signed(width) }
    case 8...12: try decodeFixed(&bits, order: type - 8, width: width, into: samples)
    case 32...63: try decodeLinear(&bits, order: type - 31, width: width, into: samples)
    default: throw .malformed("subframe type \(type) is reserved")
    }
    if wasted > 0 { for index in samples.indices { samples[index] <<= Int64(wasted) } }
}

private func decodeFixed(
    _ bits: inout BitReader, order: Int, width: Int, into samples: UnsafeMutableBufferPointer<Int64>
) throws(FLACFault) {
    try decodeWarmUp(&bits, order: order, width: width, into: samples)
    try decodeResidual(&bits, order: order, into: samples)
    let s = samples
    switch order {
    case 1: for i in 1..<s.count { s[i] &+= s[i - 1] }
    case 2: for i in 2..<s.count { s[i] &+= 2 &* s[i - 1] &- s[i - 2] }
    case 3: for i in 3..<s.count { s[i] &+= 3 &* (s[i - 1] &- s[i - 2]) &+ s[i - 3] }
    case 4: for i in 4..<s.count { s[i] &+= 4 &* (s[i - 1] &+ s[i - 3]) &- 6 &* s[i - 2] &- s[i - 4] }
    default: break
    }
}

private func decodeLinear(
    _ bits: inout BitReader, order: Int, width: Int, into samples: UnsafeMutableBufferPointer<Int64>
) throws(FLACFault) {
    try decodeWarmUp(&bits, order: order, width: width, into: samples)
    let precision = try bits.unsigned(4) + 1
    guard precision < 16 else { throw .malformed("a predictor's precision is reserved") }
    let shift = try bits.signed(5)
    guard shift >= 0 else { throw .malformed("a predictor's shift is negative") }
    // The first coefficient belongs to the sample just before; reversed they lie as the samples do.
    var coefficients = [Int64](repeating: 0, count: order)
    for index in coefficients.indices.reversed() { coefficients[index] = try bits.signed(precision) }
    try decodeResidual(&bits, order: order, into: samples)
    coefficients.withUnsafeBufferPointer { coefficients in
        for index in order..<samples.count {
            var sum: Int64 = 0
            for tap in 0..<order { sum &+= coefficients[tap] &* samples[index - order + tap] }
            samples[index] &+= sum >> shift
        }
    }
}

private func decodeWarmUp(
    _ bits: inout BitReader, order: Int, width: Int, into samples: UnsafeMutableBufferPointer<Int64>
) throws(FLACFault) {
    guard order <= samples.count else {
        throw .malformed("a predictor of order \(order) for a block of \(samples.count) samples")
    }
    for index in 0..<order { samples[index] = try bits.signed(width) }
}

/// Decodes what is to be added to the prediction, into the samples after the first `order`.
private func decodeResidual(
    _ bits: inout BitReader, order: Int, into samples: UnsafeMutableBufferPointer<Int64>
) throws(FLACFault) {
    let method = try bits.unsigned(2)
    guard method < 2 else { throw .malformed("residual coding \(method) is reserved") }
    let widthOfParameter = 4 + method
    let escape = 1 << widthOfParameter - 1
    let partitionOrder = try bits.unsigned(4)
    let partitionSize = samples.count >> partitionOrder
    guard partitionSize << partitionOrder == samples.count, partitionSize >= order else {
        throw .malformed("\(samples.count) samples cannot be cut into \(1 << partitionOrder) partitions")
    }
    var index = order
    for partition in 1...(1 << partitionOrder) {
        let end = partition * partitionSize
        let parameter = try bits.unsigned(widthOfParameter)
        if parameter == escape {
            let width = try bits.unsigned(5)
            while index < end {
                samples[index] = try bits.signed(width)
                index += 1
            }
        } else {
            var local = bits
            while index < end {
                samples[index] = try local.rice(parameter)
                index += 1
            }
            bits = local
        }
    }
}
