import Glibc

/// The environment; read here and nowhere else in the package.
enum Environment {
    /// What the hub client wants to know.
    private static let hubNames = [
        "HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "HF_TOKEN_PATH",
        "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
        "NO_PROXY", "no_proxy",
    ]

    /// A variable, or nil when it is not set.
    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The hub client's variables that are set.
    static var hub: [String: String] {
        var values: [String: String] = [:]
        for name in hubNames { values[name] = variable(name) }
        return values
    }

    /// Most MB of an uploaded audio file, under vLLM's name.
    static var maxAudioClipFilesizeMb: UInt32? { variable("VLLM_MAX_AUDIO_CLIP_FILESIZE_MB").flatMap { UInt32($0) } }

    /// API keys, comma-separated.
    static var apiKeys: [String] {
        let text = variable("MARTLET_API_KEY") ?? variable("VLLM_API_KEY") ?? ""
        return text.split(separator: ",").map(String.init)
    }
}
