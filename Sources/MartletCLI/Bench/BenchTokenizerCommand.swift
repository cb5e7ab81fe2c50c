import ArgumentParser
import Martlet
import MartletJSON
import MartletTokenizers

/// `martlet bench tokenizer`: how fast text becomes ids and ids become text.
struct BenchTokenizerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Measure a tokenizer on a text.",
        discussion: """
            Loads the tokenizer, encodes and decodes each text --repeat times on one thread, and reports medians of \
            the thread's own time, which neighbours on the machine disturb less than the clock on the wall. \
            Benchmarks/tokenizers runs it beside other libraries.

              martlet bench tokenizer --tokenizer tokenizer.json --input prose.txt --input code.txt
            """)

    @Option(help: ArgumentHelp("A tokenizer file, or a folder with one.", valueName: "path"), completion: .file())
    var tokenizer: String

    @Option(help: ArgumentHelp("A text to encode; may be repeated.", valueName: "file"), completion: .file())
    var input: [String]

    @Option(help: ArgumentHelp("How often each text is encoded and decoded.", valueName: "n"))
    var `repeat` = CountArgument(5)

    @Option(help: ArgumentHelp("How often the tokenizer is loaded.", valueName: "n"))
    var loads = CountArgument(3)

    @Option(help: ArgumentHelp("File for the ids of all texts, four bytes each, little-endian.", valueName: "file"))
    var outputIds: String?

    @Option(help: ArgumentHelp("File for the results as JSON.", valueName: "file"), completion: .file())
    var outputJson: String?

    mutating func run() async throws {
        var configuration = LLMConfiguration()
        configuration.tokenizer = tokenizer
        var loaded: Tokenizer?
        var seconds: [Double] = []
        for _ in 0..<loads.value {
            // The previous one goes before the clock starts.
            loaded = nil
            let start = ContinuousClock.now
            loaded = try await LLM.loadTokenizer(configuration) { _ in }
            seconds.append(start.duration(to: .now) / .seconds(1))
        }
        guard let loaded else { return }
        var report = TokenizerReport(vocabSize: loaded.vocabSize, loadSeconds: seconds)
        Console.standard.out(report.head)
        var ids: [UInt8] = []
        for path in input {
            guard let text = TextFile.read(path) else { throw CLIError("cannot read \(path)") }
            let measurement = TokenizerMeasurement(loaded, text: text, path: path, count: `repeat`.value)
            Console.standard.out(report.add(measurement))
            if outputIds != nil {
                for id in measurement.ids { withUnsafeBytes(of: id.littleEndian) { ids += $0 } }
            }
        }
        if let outputIds { try TextFile.write(ids, to: outputIds) }
        if let outputJson { try TextFile.write(Array((report.json + "\n").utf8), to: outputJson) }
    }
}

/// One text on its way there and back.
struct TokenizerMeasurement {
    let path: String
    let bytes: Int
    private(set) var ids: [Int32] = []
    private(set) var encodeSeconds: [Double] = []
    private(set) var decodeSeconds: [Double] = []
    /// Of giving the ids to an incremental detokenizer one by one.
    private(set) var streamSeconds: [Double] = []
    /// Whether decoding gives the text back.
    private(set) var roundTrips = false

    init(_ tokenizer: Tokenizer, text: String, path: String, count: Int) {
        self.path = path
        var text = text
        text.makeContiguousUTF8()
        bytes = text.utf8.count
        for _ in 0..<count {
            encodeSeconds.append(
                ThreadClock.seconds {
                    // As the file's own library reads text.
                    ids = tokenizer.encode(
                        text, addSpecialTokens: false, parseSpecial: !tokenizer.hidesControlTokens)
                })
            var decoded = ""
            decodeSeconds.append(
                ThreadClock.seconds { decoded = tokenizer.decode(ids, skipSpecialTokens: false) })
            roundTrips = decoded.utf8.elementsEqual(text.utf8)
            streamSeconds.append(
                ThreadClock.seconds {
                    var detokenizer = IncrementalDetokenizer(tokenizer: tokenizer, skipSpecialTokens: false)
                    var length = 0
                    for id in ids { length += detokenizer.append(id).utf8.count }
                    length += detokenizer.finish().utf8.count
                    precondition(length >= 0)
                })
        }
    }
}
