internal import MartletJSON

extension GGUFConfig {
    /// `layer_types` from the pattern of the file: one flag per layer, or every how many layers one has no window.
    mutating func addLayerTypes(windowEvery period: Int) throws(CheckpointError) {
        let name = key("attention.sliding_window_pattern")
        let slides: [Bool]
        if case .array(let array)? = model.main[name] {
            guard let flags = array.bools, flags.count >= numHiddenLayers else {
                throw reader.error(name, "expected a boolean for each of \(numHiddenLayers) layers")
            }
            slides = Array(flags.prefix(max(numHiddenLayers, 0)))
        } else {
            let period = try reader.optionalInt(name) ?? period
            guard period >= 0 else { throw reader.error(name, "expected 0 or more, found \(period)") }
            guard numHiddenLayers <= 65_536 else { throw reader.error(key("block_count"), "is too large") }
            slides = (0..<max(numHiddenLayers, 0)).map { period == 0 || $0 % period < period - 1 }
        }
        json["layer_types"] = .array(slides.map { $0 ? "sliding_attention" : "full_attention" })
    }

    /// `layer_types` as above if the file has a window, and none otherwise.
    mutating func addOptionalWindow(every period: Int) throws(CheckpointError) {
        guard let window = try reader.optionalInt(key("attention.sliding_window")), window > 0 else {
            json["sliding_window"] = .null
            json["layer_types"] = nil
            return
        }
        set("sliding_window", window)
        try addLayerTypes(windowEvery: period)
    }

    /// Key heads and `layer_types` from the heads of every layer; those without have another mixer than attention.
    mutating func addKeyHeads(_ otherLayerType: String) throws(CheckpointError) {
        let name = key("attention.head_count_kv")
        guard case .array(let array)? = model.main[name], let heads = array.integers, heads.count >= numHiddenLayers,
            numHiddenLayers > 0
        else { throw reader.error(name, "expected an integer for each of \(numHiddenLayers) layers") }
        let layers = heads.prefix(numHiddenLayers)
        let count = layers.first { $0 != 0 } ?? 1
        guard layers.allSatisfy({ $0 == 0 || $0 == count }) else {
            throw reader.unsupported(name, "differs between layers with attention, which is not supported")
        }
        set("num_key_value_heads", count)
        json["layer_types"] = .array(layers.map { $0 == 0 ? .string(otherLayerType) : "full_attention" })
    }

    /// Refuses a metadata key with another value than the architecture has.
    func expect(_ suffix: String, _ accepted: Int) throws(CheckpointError) {
        guard let found = try reader.optionalInt(key(suffix)), found != accepted else { return }
        throw reader.unsupported(key(suffix), "\(found) is not supported; supported: \(accepted)")
    }

    /// As `expect`, of a flag.
    func expect(_ suffix: String, _ accepted: Bool) throws(CheckpointError) {
        guard let found = try reader.optionalBool(key(suffix)), found != accepted else { return }
        throw reader.unsupported(key(suffix), "\(found) is not supported; supported: \(accepted)")
    }
}
