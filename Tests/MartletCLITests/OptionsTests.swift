import ArgumentParser
import Martlet
import MartletEngine
import MartletJSON
import MartletModelIR
import MartletServer
import Testing

@testable import MartletCLI

@Suite("Arguments")
struct OptionsTests {
    @Test(
        "take counts as vLLM's flags do",
        arguments: [
            ("8192", 8192), ("8k", 8000), ("8K", 8192), ("1.5K", 1536), ("2G", 2 << 30), ("0.5M", 1 << 19),
        ])
    func counts(text: String, value: Int) {
        #expect(CountArgument(argument: text)?.value == value)
    }

    @Test("refuse what is no count", arguments: ["", "0", "-1", "1.5", "k", "8KB", "1e3", "many", "9999999999999999T"])
    func noCounts(text: String) {
        #expect(CountArgument(argument: text) == nil)
    }

    @Test("become the configuration, and what is left out keeps its default")
    func lowering() throws {
        let engine = try EngineOptions.parse([
            "--max-model-len", "2K", "--kv-cache-dtype", "int8", "--no-enable-prefix-caching", "--threads", "3",
            "--scheduling-policy", "priority", "--dtype", "float32", "--backend", "reference",
        ])
        var configuration = LLMConfiguration()
        configuration.maxNumSeqs = 1
        engine.apply(to: &configuration)
        #expect(configuration.maxModelLen == 2048)
        #expect(configuration.kvCacheDType == .int8)
        #expect(!configuration.enablePrefixCaching)
        #expect(configuration.numThreads == 3)
        #expect(configuration.schedulingPolicy == .priority)
        #expect(configuration.dtype == .float32)
        #expect(configuration.backend == .reference)
        #expect(configuration.maxNumSeqs == 1)
        #expect(configuration.seed == 0)
    }

    @Test("name the model once, as argument or flag")
    func model() throws {
        #expect(try ModelOptions.parse(["a.gguf"]).model == "a.gguf")
        #expect(try ModelOptions.parse(["--model", "a.gguf"]).model == "a.gguf")
        #expect(try ModelOptions.parse([]).model == nil)
        #expect(throws: (any Error).self) { try ModelOptions.parse(["a.gguf", "--model", "b.gguf"]) }
    }

    @Test("take overrides as a JSON object and the template as text")
    func defaults() throws {
        let options = try GenerationDefaultOptions.parse(["--override-generation-config", "{\"temperature\": 0.25}"])
        let template = try ChatTemplateOptions.parse([
            "--chat-template", "{{ messages }}", "--default-chat-template-kwargs", "{\"enable_thinking\": false}",
        ])
        var configuration = LLMConfiguration()
        options.apply(to: &configuration)
        try template.apply(to: &configuration)
        #expect(configuration.overrideGenerationConfig["temperature"] == 0.25)
        #expect(configuration.chatTemplate == "{{ messages }}")
        #expect(configuration.defaultChatTemplateKwargs["enable_thinking"] == false)
        #expect(throws: (any Error).self) {
            try GenerationDefaultOptions.parse(["--override-generation-config", "[1]"])
        }
        let missing = try ChatTemplateOptions.parse(["--chat-template", "no/such/file.jinja"])
        #expect(throws: CLIError.self) { try missing.apply(to: &configuration) }
    }

    @Test("of a conversation are model and message in this order")
    func chatArguments() throws {
        let command = try ChatCommand.parse(["a.gguf", "Hello", "--temperature", "0", "--stop", "x", "--stop", "y"])
        #expect(command.model.model == "a.gguf")
        #expect(command.message == "Hello")
        #expect(command.sampling.overrides.temperature == 0)
        #expect(command.sampling.stop == ["x", "y"])
        #expect(throws: (any Error).self) { try ChatCommand.parse(["a.gguf", "Hello", "--prompt", "Hi"]) }
    }

    @Test(
        "that nobody knows are refused",
        arguments: [["serve", "--tensor-parallel-size", "2"], ["chat", "--dtype", "int4"]])
    func unknown(arguments: [String]) {
        #expect(throws: (any Error).self) { try MartletCommand.parseAsRoot(arguments) }
    }

    @Test("have help for every command that shows how to use it")
    func help() {
        let commands: [any ParsableCommand.Type] = [
            ServeCommand.self, ChatCommand.self, CompleteCommand.self, InspectCommand.self, LogitsCommand.self,
            BenchCommand.self, BenchServeCommand.self, BenchKernelsCommand.self,
        ]
        for command in commands {
            let help = MartletCommand.helpMessage(for: command)
            let name = command.configuration.commandName ?? ""
            #expect(help.contains("martlet \(name)") || help.contains("martlet bench \(name)"))
        }
    }

    @Test("of the server become its configuration")
    func server() throws {
        let options = try ServerOptions.parse([
            "--port", "0", "--api-key", "a", "--api-key", "b", "--served-model-name", "m", "n", "--shutdown-timeout",
            "5", "--disable-log-stats",
        ])
        let configuration = options.configuration
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 0)
        #expect(configuration.apiKeys == ["a", "b"])
        #expect(configuration.servedModelNames == ["m", "n"])
        #expect(configuration.shutdownTimeout == .seconds(5))
        #expect(configuration.statisticsInterval == nil)
    }
}
