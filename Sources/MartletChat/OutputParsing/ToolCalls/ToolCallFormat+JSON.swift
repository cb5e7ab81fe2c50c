extension ToolCallFormat {
    /// The formats whose calls are JSON.
    static let jsonFormats: [ToolCallFormat] = [
        hermes, hermes.named("qwen3_json"), llama3JSON, llama3JSON.named("llama4_json"), granite, granite4, granite20B,
        phi4MiniJSON, jamba, hunyuanA13B, internLM, ernie45, deepSeekV3, deepSeekV31, kimiK2, mistral, xlam, harmony,
        longCat, apertus,
        gigaChat3, cohereCommand3, cohereCommand4,
    ]
}
