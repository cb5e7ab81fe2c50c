internal import MartletModelIR

/// What a layer's attention sees.
enum AttentionReach: String, CaseIterable, Sendable {
    case full = "full_attention"
    case sliding = "sliding_attention"
}

/// The sliding window of every layer.
struct LayerWindows {
    /// One entry per layer, nil for full attention.
    let windows: [Int?]

    /// `layer_types`, else what `isSliding` says of a layer; `sliding_window` is the width of those that slide.
    init(
        config: ModelConfig, numHiddenLayers: Int, defaultWindow: Int?, isSliding: (Int) -> Bool
    ) throws(ModelError) {
        var window: Int?
        if !config.isNull("sliding_window"), config.present("sliding_window") != nil || defaultWindow != nil {
            window = try config.size("sliding_window", default: defaultWindow)
        }
        let needs = "a sliding_window"
        windows = try Self.windows(config, numHiddenLayers, window, needs, isSliding)
    }

    /// As Qwen configurations spell it: without `layer_types`, layers from `max_window_layers` on slide, and only if
    /// `use_sliding_window` is set.
    ///
    /// **Source** transformers `Qwen2Config.__post_init__`.
    init(config: ModelConfig, numHiddenLayers: Int, defaultMaxWindowLayers: Int = 28) throws(ModelError) {
        var window: Int?
        let isNull = config.isNull("sliding_window")
        if try config.bool("use_sliding_window", default: false), !isNull {
            window = try config.size("sliding_window", default: 4096)
        }
        let firstSliding = try config.int("max_window_layers", default: defaultMaxWindowLayers)
        let needs = "use_sliding_window and a sliding_window"
        let slides = window != nil
        windows = try Self.windows(config, numHiddenLayers, window, needs) { slides && $0 >= firstSliding }
    }

    private static func windows(
        _ config: ModelConfig, _ numHiddenLayers: Int, _ window: Int?, _ needs: String, _ isSliding: (Int) -> Bool
    ) throws(ModelError) -> [Int?] {
        let types = try config.layerTypes(numHiddenLayers) { isSliding($0) ? AttentionReach.sliding : .full }
        if window == nil, let layer = types.firstIndex(of: .sliding) {
            let key = config.present("layer_types") == nil ? "sliding_window" : "layer_types.\(layer)"
            throw config.error(key, "sliding_attention needs \(needs)")
        }
        return types.map { $0 == .sliding ? window : nil }
    }
}
