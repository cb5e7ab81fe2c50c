extension Checkpoint {
    /// Which of the forms that may lie side by side in a folder is opened.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// The first that is there whole: Hugging Face, Mistral, GGUF.
        case auto
        /// config.json and *.safetensors.
        case huggingFace
        /// params.json and consolidated*.safetensors.
        case mistral
        /// A .gguf file.
        case gguf
    }
}

extension Folder {
    /// Weights under Hugging Face names.
    var hasHuggingFaceWeights: Bool {
        names.contains { $0.hasSuffix(".safetensors") && !$0.hasPrefix("consolidated") && !$0.hasPrefix("adapter_") }
    }

    /// Configuration and weights as Mistral writes them.
    var hasMistralCheckpoint: Bool {
        contains("params.json") && names.contains { $0.hasPrefix("consolidated") && $0.hasSuffix(".safetensors") }
    }
}
