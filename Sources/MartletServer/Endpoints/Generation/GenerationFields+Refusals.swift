import MartletJSON

extension GenerationFields {
    /// Fields with a meaning this server does not implement; a neutral value passes.
    func refuseUnsupported(_ reader: inout FieldReader, n: Int) throws(APIError) {
        for field in [
            "logits_processors", "kv_transfer_params", "repetition_detection", "thinking_token_budget",
            "prompt_embeds", "watermarking",
        ] { try reader.refuse(field) }
        try reader.refuse("use_beam_search", accepted: "false") { $0 == false }
        try reader.refuse("best_of", accepted: "1 or the value of `n`") { $0.intValue == 1 || $0.intValue == n }
        try reader.refuse("length_penalty", accepted: "1.0") { $0.doubleValue == 1 }
        try reader.refuse("early_stopping", accepted: "false") { $0 == false }
        try reader.refuse("spaces_between_special_tokens", accepted: "true") { $0 == true }
        try reader.refuse("truncation_side", accepted: "\"left\"") { $0 == "left" }
        try reader.refuse("stream_interval", accepted: "1") { $0.intValue == 1 }
        for field in ["allowed_token_ids", "logprob_token_ids", "bad_words"] {
            try reader.refuse(field, accepted: "null or []") { $0 == [] }
        }
        for field in ["return_token_offsets", "return_prompt_text"] {
            try reader.refuse(field, accepted: "false") { $0 == false }
        }
        for field in ["media_io_kwargs", "mm_processor_kwargs", "vllm_xargs"] {
            try reader.refuse(field, accepted: "null or {}") { $0.isEmptyObject }
        }
    }
}

extension JSONValue {
    /// True for `{}`.
    var isEmptyObject: Bool {
        if case .object(let object) = self { object.isEmpty } else { false }
    }
}
