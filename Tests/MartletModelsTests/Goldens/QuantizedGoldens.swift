extension GoldenLogitsTests {
    /// Fixtures with FP8 and MXFP4 weights.
    static let quantizedFolders: [String] = [
        "llama_fp8_blocks", "qwen3_fp8_small_blocks", "qwen2_fp8_exponents", "mistral_fp8_static",
        "qwen3_fp8_channels", "deepseek_v3_fp8", "minimax_m2_fp8", "gpt_oss_fp4",
    ]
}
