/// Reads the ggml file of a Silero VAD network: a header of 32-bit integers, then named tensors.
///
/// **Source** whisper.cpp `models/convert-silero-vad-to-ggml.py` and `whisper_vad_init_with_params`.
struct SileroFile {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    private var tensors: [String: [Float]] = [:]

    /// Reads every tensor.
    init(_ bytes: UnsafeRawBufferPointer) throws(AudioError) {
        self.bytes = bytes
        try readHeader()
        while offset < bytes.count { try readTensor() }
    }

    /// The values of a tensor of a known number of values.
    func tensor(_ name: String, count: Int) throws(AudioError) -> [Float] {
        guard let values = tensors[name] else {
            throw AudioError(.malformed, "Silero VAD file: tensor '\(name)' is missing")
        }
        guard values.count == count else {
            throw AudioError(.malformed, "Silero VAD file: tensor '\(name)' has \(values.count) values, not \(count)")
        }
        return values
    }

    private mutating func readHeader() throws(AudioError) {
        guard try integer("magic number") == 0x6767_6d6c else {
            throw AudioError(.unsupported, "Silero VAD file: not a ggml file (it begins with the bytes 'lmgg')")
        }
        let type = try string(count: integer("length of the model type"), "model type")
        guard type == "silero-16k" else {
            throw AudioError(.unsupported, "Silero VAD file: model type '\(type)', only 'silero-16k' is known")
        }
        for part in ["major", "minor", "patch"] { _ = try integer("\(part) version") }
        // Window, context, four convolutions (in, out, width), LSTM (in, hidden), last convolution (in, out).
        let known = [512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1]
        for (index, expected) in known.enumerated() {
            let value = try integer("size \(index) of the network")
            guard value == expected else {
                throw AudioError(
                    .unsupported,
                    "Silero VAD file: size \(index) of the network is \(value), only \(expected) is known (v5 and v6)")
            }
        }
    }

    private mutating func readTensor() throws(AudioError) {
        let start = offset
        let numDims = try integer("dimensions of the tensor at byte \(start)")
        let nameLength = try integer("name length of the tensor at byte \(start)")
        let type = try integer("type of the tensor at byte \(start)")
        guard (0...4).contains(numDims) else {
            throw AudioError(
                .malformed, "Silero VAD file: the tensor at byte \(start) has \(numDims) dimensions, not 0 to 4")
        }
        var count = 1
        for _ in 0..<numDims {
            let size = try integer("shape of the tensor at byte \(start)")
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow, product <= bytes.count else {
                throw AudioError(.malformed, "Silero VAD file: the tensor at byte \(start) is larger than the file")
            }
            count = product
        }
        let name = try string(count: nameLength, "name of the tensor at byte \(start)")
        guard type == 0 || type == 1 else {
            throw AudioError(
                .unsupported, "Silero VAD file: tensor '\(name)' has type \(type), only f32 (0) and f16 (1)")
        }
        let width = type == 0 ? 4 : 2
        let raw = try take(count * width, "values of tensor '\(name)'")
        var values = [Float](repeating: 0, count: count)
        for index in 0..<count {
            if type == 0 {
                let bits = raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                values[index] = Float(bitPattern: UInt32(littleEndian: bits))
            } else {
                let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
                values[index] = Self.float(half: bits)
            }
        }
        guard values.allSatisfy({ $0.magnitude < 65_536 }) else {
            throw AudioError(
                .malformed, "Silero VAD file: tensor '\(name)' has values that are not finite or too large")
        }
        guard tensors.updateValue(values, forKey: name) == nil else {
            throw AudioError(.malformed, "Silero VAD file: tensor '\(name)' comes twice")
        }
    }

    private mutating func integer(_ what: String) throws(AudioError) -> Int {
        Int(Int32(littleEndian: try take(4, what).loadUnaligned(as: Int32.self)))
    }

    private mutating func string(count: Int, _ what: String) throws(AudioError) -> String {
        guard (0...256).contains(count) else {
            throw AudioError(
                .malformed, "Silero VAD file: the \(what) is \(count) bytes long, at most 256 are accepted")
        }
        return String(decoding: try take(count, what), as: UTF8.self)
    }

    private mutating func take(_ count: Int, _ what: String) throws(AudioError) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - offset else {
            throw AudioError(
                .malformed, "Silero VAD file: it ends at byte \(bytes.count), within the \(what) at byte \(offset)")
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// Halves as wide as a float: the exponent is off by 112. Infinity becomes 65,536.
    private static func float(half bits: UInt16) -> Float {
        let magnitude = Float(bitPattern: UInt32(bits & 0x7fff) << 13) * 0x1p112
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
