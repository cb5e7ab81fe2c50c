public import MartletChat
public import MartletEngine
public import MartletJSON
public import MartletModelIR

/// What to load and how to run it; every field has a default and is named as vLLM's flag.
public struct LLMConfiguration: Sendable {
    /// Arithmetic of the forward pass.
    public enum DType: String, Sendable, Hashable, CaseIterable {
        /// The fastest kernels that are exact enough for the stored formats.
        case auto
        /// Everything in float32, for comparing with other implementations.
        case float32
    }

    /// Where programs run.
    public enum BackendKind: String, Sendable, Hashable, CaseIterable {
        /// SIMD kernels on all cores.
        case cpu
        /// Plain Swift in float32: slow, obviously right.
        case reference
    }

    /// What a model is used for.
    public enum Runner: String, Sendable, Hashable, CaseIterable {
        /// As its architecture and the files beside it say.
        case auto
        /// Text.
        case generate
        /// Embeddings or scores.
        case pooling
    }

    /// What a model that generates text becomes for the pooling runner.
    public enum Convert: String, Sendable, Hashable, CaseIterable {
        /// As the files beside the model say, else embeddings.
        case auto
        /// Nothing: it must be a pooling model by itself.
        case none
        /// A source of embeddings.
        case embed
        /// A source of scores: the probability of the tokens `classifier_from_token` names after the prompt.
        case classify
    }

    /// Whose configuration is read where a model comes in several forms.
    public enum ConfigFormat: String, Sendable, Hashable, CaseIterable {
        /// That of Hugging Face where it is there whole.
        case auto
        /// config.json.
        case hf
        /// params.json.
        case mistral
    }

    /// Which weights are read where a model comes in several forms.
    public enum LoadFormat: String, Sendable, Hashable, CaseIterable {
        /// Those that go with the configuration.
        case auto
        /// `*.safetensors` beside config.json.
        case safetensors
        /// `consolidated*.safetensors` beside params.json.
        case mistral
        /// A `.gguf` file.
        case gguf
    }

    /// Which tokenizer is read where a folder has several.
    public enum TokenizerMode: String, Sendable, Hashable, CaseIterable {
        /// tokenizer.json, or Mistral's own where nothing else tells how chats are encoded.
        case auto
        /// tokenizer.json before others.
        case hf
        /// tekken.json or `tokenizer.model.vN`, which encode chats as well.
        case mistral
    }

    /// A folder, a `.gguf` file or a hub name `organisation/name`; nil is the model built into the library.
    public var model: String?
    /// A folder or a `tokenizer.json` to use instead of the model's own.
    public var tokenizer: String?
    /// Whose configuration is read.
    public var configFormat = ConfigFormat.auto
    /// Which weights are read.
    public var loadFormat = LoadFormat.auto
    /// Which tokenizer is read.
    public var tokenizerMode = TokenizerMode.auto
    /// False: no tokenizer is read, and requests bring token ids.
    public var loadsTokenizer = true
    /// Branch, tag or commit of a hub model.
    public var revision: String?
    /// Cache folder for hub models instead of the environment's.
    public var downloadDirectory: String?
    /// The environment's variables as far as the hub cares: `HF_HOME`, `HF_HUB_CACHE`, `HF_TOKEN`, `HF_ENDPOINT`, ...
    public var environment: [String: String] = [:]

    /// What the model is used for.
    public var runner = Runner.auto
    /// What a text model becomes for the pooling runner.
    public var convert = Convert.auto
    /// Members that replace those of the pooling files beside the model, as vLLM's `--pooler-config`.
    public var poolerConfig = JSONObject()

    /// Architectures from outside this package, by their `architectures` entries.
    public var architectures: [any ModelArchitecture.Type] = []
    /// Whether those may take the place of built-in ones that serve the same name.
    public var overridesArchitectures = false
    /// Members that replace those of config.json, as vLLM's `--hf-overrides`; those of `*_config` objects are merged.
    public var hfOverrides = JSONObject()

    /// Arithmetic.
    public var dtype = DType.auto
    /// Element type of the KV cache; nil is bfloat16, or float32 where `dtype` is float32.
    public var kvCacheDType: KVCacheDType?
    /// Bytes of the KV cache; nil chooses.
    public var kvCacheMemoryBytes: Int?
    /// Most tokens of one request; nil takes what the model was made for.
    public var maxModelLen: Int?
    /// Most requests in one step.
    public var maxNumSeqs = 64
    /// Most tokens in one step.
    public var maxNumBatchedTokens = 512
    /// What a step should take at most while requests wait for their next token: long prompts are computed in pieces that
    /// fit. nil: prompts take all of `maxNumBatchedTokens`.
    public var targetStepTime: Duration? = .milliseconds(250)
    /// Most requests waiting, more are refused; nil: no bound.
    public var maxNumQueuedRequests: Int? = 1024
    /// Token slots of one cache block.
    public var blockSize = 16
    /// Reuse the cache of equal prefixes.
    public var enablePrefixCaching = true
    /// Order of admission.
    public var schedulingPolicy = EngineConfiguration.SchedulingPolicy.fcfs
    /// Seeds the requests that bring no seed.
    public var seed: UInt64 = 0
    /// Most alternatives a request may ask for per token; -1 allows the whole vocabulary.
    public var maxLogprobs = 20

    /// Threads of the forward pass; nil: one per usable physical core.
    public var numThreads: Int?
    /// Where programs run.
    public var backend = BackendKind.cpu
    /// Forces one kernel set, such as `avx2`; nil chooses by what the processor has.
    public var kernels: String?
    /// Takes the time of the engine's steps, part by part; nil: nobody looks.
    public var profile: StepProfile?

    /// `auto`: the model's generation_config.json; `vllm`: none; otherwise a folder that has one.
    public var generationConfig = "auto"
    /// Members that replace those of generation_config.json; null removes one.
    public var overrideGenerationConfig = JSONObject()
    /// Source text of a chat template to use instead of the model's own.
    public var chatTemplate: String?
    /// How message contents are given to the template; nil: as it reads them.
    public var chatTemplateContentFormat: ChatTemplateContentFormat?
    /// Variables of the chat template; a request's own win.
    public var defaultChatTemplateKwargs = JSONObject()
    /// vLLM's name of the way the model writes tool calls; nil tells it from template and vocabulary.
    public var toolCallParser: String?
    /// vLLM's name of the way the model marks reasoning; nil tells it from template and vocabulary.
    public var reasoningParser: String?
    /// How speech becomes text.
    public var transcription = TranscriptionConfiguration()
    /// How outputs are constrained.
    public var structuredOutputs = StructuredOutputConfiguration()
    /// Name to report instead of the model's.
    public var servedModelName: String?

    /// The built-in model with default settings.
    public init() {}

    /// A model with default settings.
    public init(model: String?) { self.model = model }

    /// The KV cache's element type once `auto` is worked out.
    public var effectiveKVCacheDType: KVCacheDType { kvCacheDType ?? (dtype == .float32 ? .float32 : .bfloat16) }
}
