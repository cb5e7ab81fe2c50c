/// Settings of the hub as huggingface_hub reads them from the environment; a value, so that nothing reads it in secret.
///
/// **Source** huggingface_hub `constants.py`, `utils/_auth.py`.
public struct HubEnvironment: Sendable {
    /// Where the hub is, without a slash at the end.
    public var endpoint = "https://huggingface.co"
    /// The cache folder, which holds `models--org--name`.
    public var cacheDirectory: String
    /// Sent as bearer token to the endpoint and to no other host.
    public var token: String?
    /// True when nothing may be downloaded.
    public var isOffline = false
    /// Hosts that are reached without proxy, separated by commas; loopback addresses always are.
    public var noProxy = ""

    /// Settings with a cache folder and defaults for the rest.
    public init(cacheDirectory: String) { self.cacheDirectory = cacheDirectory }

    /// Reads HF_ENDPOINT, HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_OFFLINE and their older names.
    public init(_ variables: [String: String]) {
        func value(_ names: String...) -> String? {
            for name in names { if let value = variables[name], !value.isEmpty { return value } }
            return nil
        }
        func expanded(_ path: String) -> String {
            guard path == "~" || path.hasPrefix("~/"), let home = variables["HOME"] else { return path }
            return home + path.dropFirst()
        }
        let cacheHome = expanded(value("XDG_CACHE_HOME") ?? "~/.cache")
        let home = expanded(value("HF_HOME") ?? "\(cacheHome)/huggingface")
        cacheDirectory = expanded(value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? "\(home)/hub")
        if let endpoint = value("HF_ENDPOINT") { self.endpoint = endpoint }
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        let tokenPath = expanded(value("HF_TOKEN_PATH") ?? "\(home)/token")
        token = Self.cleaned(value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? FileSystem.text(of: tokenPath))
        let switchedOn: Set = ["1", "ON", "YES", "TRUE"]
        isOffline = switchedOn.contains((value("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") ?? "").uppercased())
        noProxy = value("no_proxy", "NO_PROXY") ?? ""
    }

    /// The token without surrounding white space; nil when nothing is left or it could not stand in a header.
    private static func cleaned(_ token: String?) -> String? {
        guard let token else { return nil }
        let text = token.utf8.filter { $0 > 0x20 && $0 < 0x7F }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
}
