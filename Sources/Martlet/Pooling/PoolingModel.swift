public import MartletEngine
import MartletModelIR
public import MartletTokenizers

/// A loaded model that gives embeddings or scores.
public final class PoolingModel: Sendable {
    /// What a pooling model is for.
    public enum Task: String, Sendable, Hashable, CaseIterable {
        /// Vectors that lie close for texts of like meaning.
        case embed
        /// Scores, one per label.
        case classify
    }

    /// What was loaded.
    public let info: ModelInfo
    /// What it is for.
    public let task: Task
    /// Names of the labels; empty for embeddings.
    public let labels: [String]
    /// Columns of an embedding or number of labels.
    public let width: Int
    /// The settings in force, for logs: name, value and where it comes from.
    public let settings: [String]
    let plan: PoolingPlan
    let loadedTokenizer: Tokenizer?
    let scorePrompt: ScorePrompt
    /// Rows of the token type table; types beyond are of the last.
    let numTokenTypes: Int
    let engine: PoolingEngine

    init(_ parts: Parts) {
        info = parts.info
        plan = parts.plan
        labels = parts.plan.labels ?? []
        task = parts.plan.labels == nil ? .embed : .classify
        width = parts.plan.width
        settings = parts.plan.settings
        loadedTokenizer = parts.tokenizer
        scorePrompt = parts.scorePrompt
        numTokenTypes = parts.numTokenTypes
        engine = parts.engine
    }

    /// What a model is put together from.
    struct Parts {
        var info: ModelInfo
        var plan: PoolingPlan
        var tokenizer: Tokenizer?
        var scorePrompt: ScorePrompt
        var numTokenTypes: Int
        var engine: PoolingEngine
    }

    /// The model's tokenizer; there is none when the configuration said not to load it.
    public var tokenizer: Tokenizer {
        guard let loadedTokenizer else { preconditionFailure("the model was loaded without its tokenizer") }
        return loadedTokenizer
    }

    /// What the engine is doing now and has done so far.
    public var statistics: EngineStatistics { engine.currentStatistics }

    /// Stops: takes no more requests, waits at most `drainTimeout` for those in flight, aborts the rest; nil aborts all.
    public func shutDown(drainTimeout: Duration? = nil) async {
        guard let drainTimeout, drainTimeout > .zero else { return await engine.shutDown() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [engine] in await engine.drain() }
            group.addTask { try? await _Concurrency.Task.sleep(for: drainTimeout) }
            await group.next()
            // `drain` returns once nothing waits, so ending the rest lets it end.
            await engine.shutDown()
            group.cancelAll()
        }
    }
}
