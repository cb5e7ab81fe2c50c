import MartletEngine
import MartletModelIR
import MartletModels
import MartletWeights

extension ModelReport {
    /// The report of a model that turns speech into text.
    ///
    /// **Throws** `unsupported` for a model whose programs cannot be recorded.
    init(transcription opened: OpenedCheckpoint, _ configuration: LLMConfiguration) throws(LLMError) {
        let programs = try TranscriptionPrograms(opened)
        self.init(opened.name, opened.checkpoint, programs.model, programs.decoder, configuration)
        availableBytes = max(SystemMemory.availableBytes() - opened.checkpoint.totalBytes, 0)
        maxModelLen = configuration.maxModelLen ?? programs.model.maxPositionEmbeddings
        let dtype = configuration.effectiveKVCacheDType
        kvBytesPerToken = programs.model.kvCacheSpecs.reduce(0) { $0 + dtype.bytesPerToken($1) }
        crossBytesPerWindow = programs.model.kvCacheSpecs.reduce(0) { $0 + dtype.bytesPerCrossSlot($1) }
        kvBytesPerRequest = crossBytesPerWindow.plus(kvBytesPerToken.times(maxModelLen))
        do throws(LLMError) {
            let plan = try TranscriptionPlan(programs, opened, configuration)
            numBlocks = plan.numBlocks * plan.numSeqs
        } catch {
            kvCacheProblem = error.description
        }
        numLayers = programs.model.kvCacheSpecs.count { if case .cross(_) = $0 { true } else { false } }
        transcription = "\(programs.shape.width) mel bins"
        guard let tokenizer = readTokenizer(opened.checkpoint, configuration) else { return }
        let info = try opened.whisperInfo(tokenizer)
        let languages = info.isMultilingual ? "\(info.languages.count) languages" : "English only"
        transcription =
            "\(languages), \(info.numMelBins) mel bins, alignment heads: \(info.alignmentHeads.count)"
    }
}
