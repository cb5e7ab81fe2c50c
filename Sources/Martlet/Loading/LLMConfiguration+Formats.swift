import MartletWeights

extension LLMConfiguration {
    /// Whether the files Mistral writes are asked for.
    var wantsMistralFormat: Bool { configFormat == .mistral || loadFormat == .mistral }

    /// The form that both flags ask for.
    ///
    /// **Throws** `unsupported` for a configuration of one form and weights of another.
    func checkpointFormat() throws(LLMError) -> Checkpoint.Format {
        switch (configFormat, loadFormat) {
        case (.auto, .auto): return .auto
        case (.auto, .safetensors), (.hf, .auto), (.hf, .safetensors): return .huggingFace
        case (.auto, .mistral), (.mistral, .auto), (.mistral, .mistral): return .mistral
        case (.auto, .gguf): return .gguf
        case (.hf, .mistral), (.hf, .gguf), (.mistral, .safetensors), (.mistral, .gguf):
            throw .unsupported(
                "--config-format \(configFormat) with --load-format \(loadFormat): configuration and weights of two "
                    + "forms are not supported; leave one of them auto")
        }
    }
}
