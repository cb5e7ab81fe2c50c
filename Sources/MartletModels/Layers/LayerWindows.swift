internal import MartletModelIR

/// The sliding window of every layer as Qwen configurations spell it.
///
/// **Source** transformers `Qwen2Config.__post_init__`: `layer_types` decides where it is given; else layers from
/// `max_window_layers` on slide, and only if `use_sliding_window` is set.
struct LayerWindows {
    /// One entry per layer, nil for full attention.
    let windows: [Int?]

    init(config: ModelConfig, numHiddenLayers: Int) throws(ModelError) {
        var window: Int?
        let isNull = config.isNull("sliding_window")
        if try config.bool("use_sliding_window", default: false), !isNull {
            window = try config.size("sliding_window", default: 4096)
        }
        guard let types = try config.strings("layer_types") else {
            let firstSliding = try config.int("max_window_layers", default: 28)
            windows = (0..<numHiddenLayers).map { $0 >= firstSliding ? window : nil }
            return
        }
        guard types.count == numHiddenLayers else {
            throw config.error(
                "layer_types", "expected one type for each of \(numHiddenLayers) layers, found \(types.count)")
        }
        var windows: [Int?] = []
        for (index, type) in types.enumerated() {
            switch type {
            case "full_attention": windows.append(nil)
            case "sliding_attention":
                guard let window else {
                    throw config.error(
                        "layer_types.\(index)", "sliding_attention needs use_sliding_window and a sliding_window")
                }
                windows.append(window)
            default:
                throw config.error(
                    "layer_types.\(index)",
                    "\(type) is not supported; supported: full_attention, sliding_attention")
            }
        }
        self.windows = windows
    }
}
