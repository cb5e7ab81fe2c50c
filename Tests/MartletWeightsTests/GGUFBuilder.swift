/// Writes GGUF bytes as told, sound or not.
struct GGUFBuilder {
    enum Value {
        case u32(UInt32), u64(UInt64), f32(Float), bool(UInt8), string(String), strings([String]), i32s([Int32])
        /// A type number and the bytes that follow it.
        case raw(UInt32, [UInt8])
    }

    var version: UInt32 = 3
    var tensorCount: UInt64?
    var keyCount: UInt64?
    var keys: [(String, Value)] = []
    var tensors: [(name: String, dims: [UInt64], type: UInt32, offset: UInt64)] = []
    var alignment = 32
    var data: [UInt8] = []

    /// A llama of one layer, hidden size 64, without weights but the embedding.
    static func tinyLlama() -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.keys = [
            ("general.architecture", .string("llama")), ("llama.block_count", .u32(1)),
            ("llama.context_length", .u32(128)), ("llama.embedding_length", .u32(64)),
            ("llama.feed_forward_length", .u32(96)), ("llama.attention.head_count", .u32(4)),
            ("llama.attention.layer_norm_rms_epsilon", .f32(1e-5)), ("tokenizer.ggml.model", .string("gpt2")),
            ("tokenizer.ggml.tokens", .strings(["a", "b"])),
        ]
        builder.addTensor("token_embd.weight", dims: [64, 2], type: 0, byteCount: 512)
        return builder
    }

    mutating func set(_ key: String, _ value: Value?) {
        keys.removeAll { $0.0 == key }
        if let value { keys.append((key, value)) }
    }

    mutating func addTensor(_ name: String, dims: [UInt64], type: UInt32, byteCount: Int) {
        while data.count % alignment != 0 { data.append(0) }
        tensors.append((name, dims, type, UInt64(data.count)))
        data += (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
    }

    var bytes: [UInt8] {
        var out = Array("GGUF".utf8) + le(version) + le(tensorCount ?? UInt64(tensors.count))
        out += le(keyCount ?? UInt64(keys.count))
        for (key, value) in keys { out += string(key) + encode(value) }
        for tensor in tensors {
            out += string(tensor.name) + le(UInt32(tensor.dims.count))
            for size in tensor.dims { out += le(size) }
            out += le(tensor.type) + le(tensor.offset)
        }
        while out.count % alignment != 0 { out.append(0) }
        return out + data
    }

    private func encode(_ value: Value) -> [UInt8] {
        switch value {
        case .u32(let value): le(UInt32(4)) + le(value)
        case .u64(let value): le(UInt32(10)) + le(value)
        case .f32(let value): le(UInt32(6)) + le(value.bitPattern)
        case .bool(let value): le(UInt32(7)) + [value]
        case .string(let value): le(UInt32(8)) + string(value)
        case .strings(let values): le(UInt32(9)) + le(UInt32(8)) + le(UInt64(values.count)) + values.flatMap(string)
        case .i32s(let values): le(UInt32(9)) + le(UInt32(5)) + le(UInt64(values.count)) + values.flatMap { le($0) }
        case .raw(let type, let bytes): le(type) + bytes
        }
    }

    private func string(_ text: String) -> [UInt8] { le(UInt64(text.utf8.count)) + Array(text.utf8) }
}

/// The little-endian bytes of an integer.
func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
