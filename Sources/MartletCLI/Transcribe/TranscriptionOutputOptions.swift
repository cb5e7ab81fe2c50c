public import ArgumentParser
public import Martlet

extension TranscriptionFormat: ExpressibleByArgument {}

/// What becomes of transcriptions; names as openai-whisper's.
struct TranscriptionOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("format"), .customLong("output-format")],
        help: "What is written: lines of text, subtitles, a table, or everything as JSON.")
    var format = TranscriptionFormat.txt

    @Option(
        name: [.customShort("o"), .customLong("output-dir")],
        help: "Folder for the results, made if need be (default: they go to the standard output).",
        completion: .directory)
    var outputDir: String?

    /// Refuses results that would get in each other's way.
    func validate(_ files: [String]) throws {
        guard let outputDir else {
            guard files.count == 1 || format == .txt || format == .json else {
                throw ValidationError("several files as \(format.rawValue) need --output-dir")
            }
            return
        }
        guard !outputDir.isEmpty else { throw ValidationError("--output-dir is empty") }
        var seen: [String: String] = [:]
        for file in files {
            let path = path(for: file)
            if let other = seen.updateValue(file, forKey: path) {
                throw ValidationError("\(other) and \(file) would both be written to \(path)")
            }
        }
    }

    /// Where the result of a file goes: `talk.mp3` to `DIR/talk.srt`.
    func path(for file: String) -> String {
        let name = file.split(separator: "/").last ?? "audio"
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let base = dot == name.startIndex ? name : name[..<dot]
        return "\(outputDir ?? ".")/\(base).\(format.rawValue)"
    }
}
