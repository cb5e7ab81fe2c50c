extension ToolCallFormat {
    /// The formats that write each argument by itself.
    static let tagFormats: [ToolCallFormat] = [
        qwen3Coder, qwen3Coder.named("qwen3_xml"), qwen3Coder.named("step3p5"), seedOSS, miMo, miniMaxM2, deepSeekV32,
        deepSeekV4, deepSeekV4.named("deepseek_v41"), step3, glm45, glm45.named("glm47"), pythonic, llama4Pythonic,
        lfm2,
        olmo3, gemma4, functionGemma,
    ]
}
