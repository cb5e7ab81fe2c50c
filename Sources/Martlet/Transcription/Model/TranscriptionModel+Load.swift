import MartletAudio
import MartletEngine
import MartletJSON
import MartletModelIR
import MartletModels
import MartletTokenizers
import MartletWeights

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension TranscriptionModel {
    /// Loads a folder, a whisper.cpp `.bin` file, a `.gguf` file or a hub model.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` (with the numbers when memory is short) or `unsupported`.
    public static func load(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> TranscriptionModel {
        try await load(OpenedCheckpoint.open(configuration, progress: progress), configuration, progress: progress)
    }

    static func load(
        _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)?
    ) async throws(LLMError) -> TranscriptionModel {
        progress?(LoadProgress(phase: .compile, detail: opened.name))
        let model = try await BlockingWork.run { () throws(LLMError) in try TranscriptionModel(opened, configuration) }
        progress?(LoadProgress(phase: .ready, detail: opened.name))
        return model
    }

    private convenience init(_ opened: OpenedCheckpoint, _ configuration: LLMConfiguration) throws(LLMError) {
        let programs = try TranscriptionPrograms(opened)
        let tokenizer = try TokenizerLoading.load(opened.checkpoint.tokenizer, for: configuration).tokenizer
        let info = try opened.whisperInfo(tokenizer)
        guard info.framesPerWindow == LogMelSpectrogram.framesPerWindow else {
            throw .unsupported(
                "\(opened.origin): max_source_positions are for windows of \(info.framesPerWindow) frames, expected "
                    + "\(LogMelSpectrogram.framesPerWindow)")
        }
        let plan = try TranscriptionPlan(programs, opened, configuration)
        let engine = try plan.engineConfiguration(configuration)
        let chosen = try ChosenBackend(configuration)
        let runner = try Self.runner(programs, opened, configuration, engine, chosen)
        self.init(
            info: ModelInfo(programs, opened, configuration, plan, chosen),
            decoder: EngineWindowDecoder(
                client: EngineClient(configuration: engine, runner: runner), tokenizer: tokenizer,
                vocabulary: WhisperTokens(info), context: plan.maxModelLen,
                spectrogram: LogMelSpectrogram(numMelBins: info.numMelBins)),
            configuration: configuration.transcription, detector: try configuration.transcription.detector())
    }

    /// Three programs over one cache.
    private static func runner(
        _ programs: TranscriptionPrograms, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration,
        _ engine: EngineConfiguration, _ chosen: ChosenBackend
    ) throws(LLMError) -> sending BackendModelRunner {
        let float32 = configuration.dtype == .float32
        var options = CompileOptions(
            maxNumBatchedTokens: engine.maxNumBatchedTokens, maxNumSeqs: engine.maxNumSeqs,
            maxLogitRows: engine.maxLogitRows, maxModelLen: engine.maxModelLen, float32Arithmetic: float32)
        // float16 and float32 checkpoints are as good in bfloat16, which has half the bytes of the latter.
        options.halfPrecision = !float32
        options.profile = configuration.profile
        var encoderOptions = programs.shape.compileOptions(engine)
        encoderOptions.float32Arithmetic = float32
        encoderOptions.halfPrecision = !float32
        let layout = engine.cacheLayout(programs.model.kvCacheSpecs)
        let backend = chosen.backend
        let weights = opened.checkpoint.weights
        do {
            let stage = EncoderStage(
                encoder: try backend.compile(programs.encoder, weights: weights, options: encoderOptions),
                crossAttentionKV: try backend.compile(
                    programs.crossAttentionKV, weights: weights, options: encoderOptions),
                shape: programs.shape, layout: layout, configuration: engine,
                profile: configuration.transcription.stageProfile)
            return BackendModelRunner(
                executable: try backend.compile(programs.decoder, weights: weights, options: options),
                kvCache: try backend.makeKVCache(layout, dtype: configuration.effectiveKVCacheDType),
                sampler: backend.makeSampler(vocabSize: programs.model.vocabSize), encoder: stage,
                configuration: engine, profile: configuration.profile)
        } catch {
            throw .cannotLoad("\(opened.origin): \(error)")
        }
    }
}

extension OpenedCheckpoint {
    /// What decoding has to know.
    ///
    /// **Throws** `unsupported` where the checkpoint's parts contradict each other.
    func whisperInfo(_ tokenizer: Tokenizer) throws(LLMError) -> WhisperInfo {
        let preprocessor = try folder.flatMap { folder throws(LLMError) in
            try TokenizerLoading.json("\(folder)/preprocessor_config.json")?.objectValue
        }
        do {
            return try WhisperInfo(
                config: checkpoint.config, generationConfig: checkpoint.generationConfig,
                preprocessorConfig: preprocessor, tokenID: { tokenizer.id(of: $0) },
                encode: { tokenizer.encode($0, addSpecialTokens: false, parseSpecial: false) })
        } catch {
            throw .unsupported("\(origin): \(error)")
        }
    }
}

extension TranscriptionConfiguration {
    /// What tells speech from silence.
    ///
    /// **Throws** `cannotLoad` for a file that cannot be read or is no Silero model.
    fileprivate func detector() throws(LLMError) -> any VoiceActivityDetector {
        guard let vadModel else { return EnergyVoiceActivityDetector() }
        let file: MappedFile
        do { file = try MappedFile(path: vadModel) } catch { throw LLMError(error) }
        do throws(AudioError) {
            return try file.withBytes { (bytes) throws(AudioError) in try SileroVoiceActivityDetector(ggmlFile: bytes) }
        } catch {
            throw .cannotLoad("\(vadModel): \(error)")
        }
    }
}

extension ModelInfo {
    /// The report of a transcription model that has been loaded.
    fileprivate init(
        _ programs: TranscriptionPrograms, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration,
        _ plan: TranscriptionPlan, _ chosen: ChosenBackend
    ) {
        let checkpoint = opened.checkpoint
        let dtype = configuration.effectiveKVCacheDType
        self.init(
            name: configuration.servedModelName ?? opened.name, origin: opened.origin,
            architecture: checkpoint.config.architecture, numParameters: checkpoint.parameterCount,
            formats: checkpoint.formats.map { FormatShare(format: $0.name, numTensors: $0.tensors, bytes: $0.bytes) },
            vocabSize: programs.model.vocabSize, maxPositionEmbeddings: programs.model.maxPositionEmbeddings,
            maxModelLen: plan.maxModelLen,
            memory: Memory(
                weightBytes: checkpoint.formats.reduce(0) { $0 + $1.bytes },
                kvBytesPerToken: programs.model.kvCacheSpecs.reduce(0) { $0 + dtype.bytesPerToken($1) },
                kvCacheBytes: plan.bytes, numBlocks: plan.numBlocks * plan.numSeqs,
                blockSize: plan.blockSize),
            enablePrefixCaching: false, backend: chosen.name, kernels: chosen.kernels,
            numThreads: chosen.numThreads, kvCacheDType: dtype.rawValue, created: time(nil))
    }
}
