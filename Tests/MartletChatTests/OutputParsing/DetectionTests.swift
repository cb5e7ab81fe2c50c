import MartletChat
import Testing

/// Formats by what templates of each family say; the templates here are our own and show only that.
@Suite struct DetectionTests {
    private func formats(_ template: String?, tokens: Set<String> = []) -> [String?] {
        let formats = OutputFormats(chatTemplate: template, hasToken: tokens.contains)
        return [formats.toolCalls?.name, formats.reasoning?.name]
    }

    @Test(
        arguments: [
            ("Hermes, Qwen2.5", "<|im_start|>\n<tool_call>\n{{ call | tojson }}\n</tool_call>", "hermes", nil),
            (
                "Qwen3", "<tool_call>{{ call | tojson }}</tool_call>{% if not enable_thinking %}<think>\n\n</think>",
                "hermes", "qwen3"
            ),
            ("Qwen3-Coder", "<tool_call>\n<function={{ f }}>\n<parameter={{ p }}>", "qwen3_coder", nil),
            ("Qwen3.5", "<think>\n<tool_call>\n<function={{ f }}>\n<parameter={{ p }}>", "qwen3_coder", "qwen3"),
            ("Seed-OSS", "<seed:think><seed:tool_call><function={{ f }}><parameter={{ p }}>", "seed_oss", "seed_oss"),
            (
                "Llama 3.1",
                #"<|start_header_id|>{"name": name, "parameters": dictionary of argument name and value}<|python_tag|>"#,
                "llama3_json", nil
            ),
            ("Llama 3.2", "<|start_header_id|> dictionary of argument name and its value", "llama3_json", nil),
            ("Llama 4 JSON", "<|header_start|> dictionary of argument name and its value", "llama4_json", nil),
            ("Llama 4", "<|header_start|>[func_name1(params_name1=params_value1)]", "llama4_pythonic", nil),
            ("Gemma 3", "<start_of_turn>[func_name1(params_name1=params_value1)]", "pythonic", nil),
            ("Gemma 4", "<|channel>thought\n<channel|><|tool_call>call:{{ name }}{ }<tool_call|>", "gemma4", "gemma4"),
            ("FunctionGemma", "<start_function_call>call:{{ name }}{ }<end_function_call>", "functiongemma", nil),
            ("Mistral", "[INST][TOOL_CALLS][{{ call }}]", "mistral", nil),
            ("Magistral", "[THINK]{{ thought }}[/THINK][TOOL_CALLS]{{ name }}[ARGS]", "mistral", "mistral"),
            ("gpt-oss", "<|start|>assistant<|channel|>analysis<|message|>", "openai", "openai_gptoss"),
            ("DeepSeek-V3", "<｜Assistant｜><｜tool▁calls▁begin｜>\n```json\n", "deepseek_v3", nil),
            (
                "DeepSeek-R1", "<｜Assistant｜><think>\n</think><｜tool▁calls▁begin｜>\n```json\n", "deepseek_v3",
                "deepseek_r1"
            ),
            (
                "DeepSeek-V3.1", "{% if thinking %}<｜Assistant｜></think><｜tool▁calls▁begin｜>", "deepseek_v31",
                "deepseek_v3"
            ),
            ("DeepSeek-V3.2", "<｜Assistant｜></think><｜DSML｜function_calls>", "deepseek_v32", "deepseek_r1"),
            ("GLM-4.5", "<think></think><tool_call>{{ name }}\n<arg_key>", "glm45", "glm45"),
            ("Kimi-K2", "<|tool_calls_section_begin|><|tool_call_begin|>", "kimi_k2", nil),
            ("Kimi-K2-Thinking", "<think></think><|tool_calls_section_begin|>", "kimi_k2", "kimi_k2"),
            ("MiniMax-M2", "<think>{% set begin = '<minimax:tool_call>' %}<invoke name=", "minimax_m2", "minimax_m2"),
            ("Granite 3", "<|start_of_role|><|tool_call|>[{{ calls }}]", "granite", nil),
            ("Granite 3.2", "<|start_of_role|>Here is my thought process: <|tool_call|>", "granite", "granite"),
            ("Granite 4", "<|start_of_role|><tool_call>{{ call }}</tool_call>", "granite4", nil),
            ("Phi-4-mini", "<|system|><|tool|>{{ tools }}<|/tool|><|assistant|>", "phi4_mini_json", nil),
            ("InternLM", "<|action_start|><|plugin|>{{ call }}<|action_end|>", "internlm", nil),
            ("Jamba", "<|bom|><tool_calls>[{{ calls }}]</tool_calls>", "jamba", nil),
            ("LFM2", "<|tool_list_start|>{{ tools }}<|tool_list_end|>", "lfm2", nil),
            ("SmolLM3", "<think>\n\n</think>", nil, "qwen3"),
            ("OLMo 3", "<function_calls>{{ calls }}</function_calls>", "olmo3", nil),
            ("Command R7B", "<|START_ACTION|>[]<|END_ACTION|>", nil, nil),
            ("ChatML", "<|im_start|>{{ content }}", nil, nil), ("Gemma 2", "<start_of_turn>{{ content }}", nil, nil),
        ] as [(String, String, String?, String?)])
    func `A template tells the formats`(family: String, template: String, toolCalls: String?, reasoning: String?) {
        #expect(formats(template) == [toolCalls, reasoning])
    }

    @Test func `Without a template special tokens tell`() {
        #expect(formats(nil) == [nil, nil])
        #expect(formats(nil, tokens: ["[TOOL_CALLS]", "[THINK]"]) == ["mistral", "mistral"])
        #expect(formats("", tokens: ["[TOOL_CALLS]"]) == ["mistral", nil])
        #expect(formats(nil, tokens: ["<|channel|>"]) == ["openai", "openai_gptoss"])
        #expect(formats("{{ messages }}", tokens: ["[TOOL_CALLS]"]) == [nil, nil])
    }

    @Test(
        arguments: [
            ("qwen3", "<|im_start|>assistant\n<think>\n", true), ("qwen3", "assistant\n<think>\n\n</think>\n\n", false),
            ("qwen3", "<think> is a tag<|im_end|>\n<|im_start|>assistant\n", nil), ("qwen3", "", nil),
            ("glm45", "<|assistant|>\n<think></think>", false), ("gemma4", "<|turn>model\n<|channel>thought\n", true),
            ("gemma4", "<|turn>model\n<|channel>thought\n<channel|>", false), ("seed_oss", "<seed:think>", true),
            ("hunyuan_a13b", "<think>\n", true), ("identity", "<think>", nil), ("openai_gptoss", "<|channel|>", nil),
        ] as [(String, String, Bool?)])
    func `The prompt's end tells whether the output starts in reasoning`(name: String, prompt: String, expected: Bool?)
    {
        #expect(ReasoningFormat.named(name)?.startsInReasoning(afterPrompt: prompt) == expected)
    }
}
