/// How a sample is stored in bytes, little-endian.
enum SampleCoding: Equatable {
    case unsigned8, signed16, signed24, signed32, float32, float64, aLaw, muLaw

    /// The name, for people.
    var name: String {
        switch self {
        case .unsigned8: "PCM 8 bit"
        case .signed16: "PCM 16 bit"
        case .signed24: "PCM 24 bit"
        case .signed32: "PCM 32 bit"
        case .float32: "float 32 bit"
        case .float64: "float 64 bit"
        case .aLaw: "A-law"
        case .muLaw: "mu-law"
        }
    }

    /// Converts as many stored samples as `samples` holds; `bytes` holds at least as many.
    func decode(_ bytes: UnsafeRawPointer, into samples: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .unsigned8:
            for index in samples.indices {
                samples[index] = (Float(bytes.load(fromByteOffset: index, as: UInt8.self)) - 128) * 0x1p-7
            }
        case .signed16:
            for index in samples.indices {
                let sample = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
                samples[index] = Float(sample) * 0x1p-15
            }
        case .signed24:
            for index in samples.indices {
                let low = bytes.loadUnaligned(fromByteOffset: 3 * index, as: UInt16.self)
                let high = bytes.load(fromByteOffset: 3 * index + 2, as: UInt8.self)
                let sample = Int32(bitPattern: UInt32(high) << 24 | UInt32(UInt16(littleEndian: low)) << 8)
                samples[index] = Float(sample) * 0x1p-31
            }
        case .signed32:
            for index in samples.indices {
                let sample = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
                samples[index] = Float(sample) * 0x1p-31
            }
        case .float32:
            for index in samples.indices {
                let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                samples[index] = Float(bitPattern: UInt32(littleEndian: bits))
            }
        case .float64:
            for index in samples.indices {
                let bits = bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
                samples[index] = Float(Double(bitPattern: UInt64(littleEndian: bits)))
            }
        case .aLaw:
            for index in samples.indices {
                samples[index] = Float(aLawSample(bytes.load(fromByteOffset: index, as: UInt8.self))) * 0x1p-15
            }
        case .muLaw:
            for index in samples.indices {
                samples[index] = Float(muLawSample(bytes.load(fromByteOffset: index, as: UInt8.self))) * 0x1p-15
            }
        }
    }
}

/// The 16 bit sample of a byte of A-law.
///
/// **Source** ITU-T G.711, table 1.
private func aLawSample(_ code: UInt8) -> Int32 {
    let code = code ^ 0x55
    let exponent = Int32(code >> 4 & 7)
    let mantissa = Int32(code & 15) << 4
    let magnitude = exponent == 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1)
    return code & 0x80 != 0 ? magnitude : -magnitude
}

/// The 16 bit sample of a byte of mu-law.
///
/// **Source** ITU-T G.711, table 2.
private func muLawSample(_ code: UInt8) -> Int32 {
    let code = ~code
    let magnitude = (Int32(code & 15) << 3 + 0x84) << Int32(code >> 4 & 7) - 0x84
    return code & 0x80 != 0 ? -magnitude : magnitude
}
