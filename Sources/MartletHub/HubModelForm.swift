/// Which of the forms that may lie side by side in a repository is fetched.
public enum HubModelForm: Hashable, Sendable {
    /// The first that is there: Hugging Face, Mistral, GGUF, ggml.
    case auto
    /// params.json and consolidated*.safetensors.
    case mistral
}
