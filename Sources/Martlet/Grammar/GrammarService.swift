import MartletGrammar
import Synchronization

/// Compiles the grammars of a model's requests, away from the threads that serve them.
final class GrammarService: Sendable {
    private let configuration: StructuredOutputConfiguration
    private let vocabulary: @Sendable () -> TokenVocabulary
    private let threads: BackgroundThreads
    /// Made with the first grammar.
    private let compiler = Mutex<GrammarCompiler?>(nil)

    /// Grammars over what `vocabulary` gives, `concurrency` of them compiled at a time.
    init(
        _ configuration: StructuredOutputConfiguration, concurrency: Int,
        vocabulary: @escaping @Sendable () -> TokenVocabulary
    ) {
        self.configuration = configuration
        self.vocabulary = vocabulary
        threads = BackgroundThreads(limit: max(concurrency, 1))
    }

    /// The grammar of an output; the same one for equal outputs.
    ///
    /// Returns early when the task is cancelled. **Throws** `grammar` for what is not compiled.
    func compile(_ output: StructuredOutput) async throws(LLMError) -> CompiledGrammar {
        let answer = Answer()
        threads.run { [self] in
            guard !answer.isOver else { return }
            answer.give(
                Result { () throws(LLMError) in
                    do throws(GrammarError) {
                        return try sharedCompiler().compile(
                            output.specification, options: output.options(configuration.options))
                    } catch {
                        throw .grammar(error, param: output.param)
                    }
                })
        }
        return try await answer.value().get()
    }

    private func sharedCompiler() -> GrammarCompiler {
        compiler.withLock { compiler in
            if let compiler { return compiler }
            let made = GrammarCompiler(vocabulary: vocabulary(), limits: configuration.limits)
            compiler = made
            return made
        }
    }
}

/// A result that one thread gives and one task waits for, unless it is cancelled.
private final class Answer: Sendable {
    typealias Value = Result<CompiledGrammar, LLMError>

    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case given(Value)
    }

    private let state = Mutex(State.open)

    /// Nobody waits for it any more.
    var isOver: Bool {
        state.withLock { if case .given = $0 { true } else { false } }
    }

    func give(_ value: Value) {
        let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .given: return nil
            case .open:
                state = .given(value)
                return nil
            case .awaited(let continuation):
                state = .given(value)
                return continuation
            }
        }
        waiting?.resume(returning: value)
    }

    func value() async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let given: Value? = state.withLock { state in
                    if case .given(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let given { continuation.resume(returning: given) }
            }
        } onCancel: {
            give(.failure(.engine("the request was cancelled")))
        }
    }
}
