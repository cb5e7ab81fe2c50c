/// The name of a file that is a model with its configuration and its vocabulary, or a part of one: GGUF, or whisper.cpp's
/// ggml.
struct WholeModelFile {
    /// The path up to `-00001-of-00003`, `.gguf` or `.bin`.
    let model: String
    /// How many parts the model has.
    let count: Int

    init(_ path: String) {
        let ending = [".gguf", ".bin"].first(where: path.hasSuffix) ?? ""
        let stem = path.dropLast(ending.count)
        let pieces = stem.split(separator: "-", omittingEmptySubsequences: false)
        let isPart =
            pieces.count > 3 && pieces[pieces.count - 2] == "of"
            && [pieces[pieces.count - 1], pieces[pieces.count - 3]].allSatisfy { $0.count == 5 && Int($0) != nil }
        count = isPart ? Int(pieces[pieces.count - 1]) ?? 1 : 1
        model = isPart ? pieces.dropLast(3).joined(separator: "-") : String(stem)
    }

    static func isGGUF(_ path: String) -> Bool { path.hasSuffix(".gguf") }

    /// Whether the file is named as whisper.cpp names its own. Other `.bin` files are pickles.
    static func isGGML(_ path: String) -> Bool {
        path.hasSuffix(".bin") && path.split(separator: "/").last?.hasPrefix("ggml-") == true
    }

    /// Whether the name contains the tag as a word, in capital letters or small ones.
    func isTagged(_ tag: String) -> Bool {
        let words = model.lowercased().split { $0 == "." || $0 == "-" || $0 == "/" }
        return words.contains { $0 == tag.lowercased() }
    }
}
