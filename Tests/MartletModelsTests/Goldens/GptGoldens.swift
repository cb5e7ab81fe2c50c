extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.gptFamilies`.
    static let gptFolders: [String] = [
        "gpt2", "gpt2_bare", "gptj", "gpt_neox", "gpt_neox_sequential", "falcon", "falcon_sequential",
        "falcon_grouped", "falcon_grouped_one_norm", "phi", "phi_qk_norm", "stablelm", "stablelm_parallel",
        "starcoder2", "starcoder2_no_bias", "nemotron",
    ]
}
