internal import MartletJSON

extension ModelConfig {
    /// The same configuration of another architecture, with nothing read yet.
    public func renamed(to architecture: String) -> ModelConfig {
        var json = json
        json["architectures"] = [.string(architecture)]
        return ModelConfig(json: json, origin: origin)
    }
}
