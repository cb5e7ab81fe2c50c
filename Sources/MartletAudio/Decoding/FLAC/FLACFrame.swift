/// Decodes whole FLAC frames.
///
/// **Source** RFC 9639, section 9.
struct FLACFrame {
    /// Samples per channel.
    private(set) var blockSize = 0
    private(set) var numBytes = 0
    private(set) var bitsPerSample = 0

    private let info: FLACStreamInfo
    private let checksums = FLACChecksums()
    /// `[channels, blockSize]`
    private var samples: [Int64] = []

    /// Decodes frames of a stream.
    init(of info: FLACStreamInfo) { self.info = info }

    /// Decodes the frame that `bits` begins with.
    mutating func decode(_ bits: BitReader) throws(FLACFault) {
        var bits = bits
        let header = try FLACFrameHeader(&bits, checksums: checksums)
        let bitsPerSample = header.bitsPerSample ?? info.bitsPerSample
        let channels = header.channels.count
        guard channels == info.channels, header.sampleRate ?? info.sampleRate == info.sampleRate else {
            throw .malformed("the number of channels or the sample rate changes")
        }
        let blockSize = header.blockSize
        if samples.count < channels * blockSize { samples = Array(repeating: 0, count: channels * blockSize) }
        try samples.withUnsafeMutableBufferPointer { samples throws(FLACFault) in
            for channel in 0..<channels {
                // The difference of two channels needs a bit more.
                let isSide =
                    header.channels == .leftSide && channel == 1 || header.channels == .midSide && channel == 1
                    || header.channels == .sideRight && channel == 0
                try decodeFLACSubframe(
                    &bits, bitsPerSample: bitsPerSample + (isSide ? 1 : 0),
                    into: .init(rebasing: samples[(channel * blockSize)..<((channel + 1) * blockSize)]))
            }
            Self.decorrelate(samples, header.channels, blockSize)
        }
        _ = try bits.unsigned(-bits.position & 7)
        let end = bits.position / 8
        guard try bits.unsigned(16) == Int(checksums.crc16(UnsafeBufferPointer(start: bits.bytes, count: end))) else {
            throw .malformed("its checksum is wrong")
        }
        var outside: Int64 = 0
        for sample in samples[..<(channels * blockSize)] {
            outside |= sample >> Int64(bitsPerSample - 1) ^ sample >> 63
        }
        guard outside == 0 else { throw .malformed("it has samples of more than \(bitsPerSample) bits") }
        self.blockSize = blockSize
        self.bitsPerSample = bitsPerSample
        numBytes = end + 2
    }

    private static func decorrelate(
        _ samples: UnsafeMutableBufferPointer<Int64>, _ channels: FLACFrameHeader.Channels, _ blockSize: Int
    ) {
        switch channels {
        case .independent: break
        case .leftSide:
            for index in 0..<blockSize { samples[blockSize + index] = samples[index] &- samples[blockSize + index] }
        case .sideRight:
            for index in 0..<blockSize { samples[index] &+= samples[blockSize + index] }
        case .midSide:
            for index in 0..<blockSize {
                let side = samples[blockSize + index]
                let mid = samples[index] &<< 1 | side & 1
                samples[index] = (mid &+ side) >> 1
                samples[blockSize + index] = (mid &- side) >> 1
            }
        }
    }

    /// Writes frames of the block, interleaved, full scale as -1 to 1.
    func copy(from first: Int, count: Int, into output: UnsafeMutableBufferPointer<Float>) {
        let scale = 1 / Float(1 << (bitsPerSample - 1))
        samples.withUnsafeBufferPointer { samples in
            for channel in 0..<info.channels {
                let row = channel * blockSize + first
                var place = channel
                for index in row..<(row + count) {
                    output[place] = Float(Int32(truncatingIfNeeded: samples[index])) * scale
                    place += info.channels
                }
            }
        }
    }
}
