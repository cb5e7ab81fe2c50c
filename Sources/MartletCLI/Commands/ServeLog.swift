import Logging
import Martlet
import MartletTokenizers

/// What the operator should see once a model is loaded.
struct ServeLog {
    let logger: Logger

    /// Model, memory, and the sampling defaults with their sources.
    func ready(_ llm: LLM, seconds: Double) {
        let info = llm.info
        logger.info("loaded \(info.name) (\(info.architecture)) in \(fixed(seconds, decimals: 2)) s")
        let memory = info.memory
        let cache = "KV cache \(ByteCount(memory.kvCacheBytes)) (\(info.kvCacheDType), \(memory.kvCacheTokens) tokens)"
        logger.info("weights \(ByteCount(memory.weightBytes)), \(cache), at most \(info.maxModelLen) tokens a request")
        logger.info("computing on \(info.kernels)")
        for notice in llm.tokenizer.notices { logger.notice("tokenizer: \(notice)") }
        let formats = llm.outputFormats
        logger.info(
            "tool calls: \(formats.toolCalls ?? "no known format"), reasoning: \(formats.reasoning ?? "not marked")")
        let shown = llm.samplingDefaults.parameters.map { "\($0.name) \($0.valueText) (\($0.source.rawValue))" }
        logger.info("sampling defaults: \(shown.joined(separator: ", "))")
        if let advice = llm.samplingAdvice { logger.warning("\(advice)") }
    }

    /// Model, memory, and what becomes of hidden states.
    func ready(_ model: PoolingModel, seconds: Double) {
        let info = model.info
        logger.info("loaded \(info.name) (\(info.architecture)) in \(fixed(seconds, decimals: 2)) s")
        logger.info("weights \(ByteCount(info.memory.weightBytes)), at most \(info.maxModelLen) tokens an input")
        logger.info("computing on \(info.kernels)")
        for setting in model.settings { logger.info("\(setting)") }
    }

    /// Model, memory, and what it hears.
    func ready(_ model: TranscriptionModel, seconds: Double) {
        let info = model.info
        logger.info("loaded \(info.name) (\(info.architecture)) in \(fixed(seconds, decimals: 2)) s")
        logger.info("weights \(ByteCount(info.memory.weightBytes)), \(model.languages.count) languages")
        logger.info("computing on \(info.kernels)")
    }
}
