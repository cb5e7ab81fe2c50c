public import MartletJSON

extension ModelConfig {
    /// This configuration with members replaced; objects whose name ends in `_config` are merged with what is there.
    ///
    /// **Source** vLLM `--hf-overrides`.
    public func overridden(by overrides: JSONObject) -> ModelConfig {
        guard !overrides.isEmpty else { return self }
        return ModelConfig(json: Self.merged(json, overrides), origin: "\(origin) with --hf-overrides")
    }

    private static func merged(_ json: JSONObject, _ overrides: JSONObject) -> JSONObject {
        var result = json
        for (key, value) in overrides {
            if key.hasSuffix("_config"), let inner = json[key]?.objectValue, let more = value.objectValue {
                result[key] = .object(merged(inner, more))
            } else {
                result[key] = value
            }
        }
        return result
    }
}
