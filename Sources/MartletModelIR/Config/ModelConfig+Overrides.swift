public import MartletJSON

extension ModelConfig {
    /// `json` with members replaced; objects whose name ends in `_config` are merged with what is there.
    ///
    /// **Source** vLLM `--hf-overrides`.
    public static func json(_ json: JSONObject, overriddenBy overrides: JSONObject) -> JSONObject {
        var result = json
        for (key, value) in overrides {
            if key.hasSuffix("_config"), let inner = json[key]?.objectValue, let more = value.objectValue {
                result[key] = .object(Self.json(inner, overriddenBy: more))
            } else {
                result[key] = value
            }
        }
        return result
    }
}
