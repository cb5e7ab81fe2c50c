import ArgumentParser

/// `martlet bench`: speed, offline or against a server.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure speed.",
        discussion: """
            latency and throughput run a model in this process on random tokens, transcribe a speech model on noise; serve \
            sends requests to a \
            running OpenAI-compatible server; kernels measures matrix products by themselves, \
            tokenizer how fast text becomes ids, and template how fast a conversation becomes text.

              martlet bench latency ./model.gguf --input-len 512 --output-len 128
              martlet bench throughput ./model.gguf --num-prompts 100
              martlet bench transcribe openai/whisper-base
              martlet bench serve --base-url http://127.0.0.1:8000 --num-prompts 64 --max-concurrency 16
              martlet bench kernels --format Q8_0
              martlet bench tokenizer --tokenizer tokenizer.json --input text.txt
              martlet bench template --chat-template chat.jinja --messages chat.json
            """,
        subcommands: [
            BenchLatencyCommand.self, BenchThroughputCommand.self, BenchTranscribeCommand.self, BenchServeCommand.self,
            BenchKernelsCommand.self, BenchTokenizerCommand.self, BenchTemplateCommand.self,
        ])
}
