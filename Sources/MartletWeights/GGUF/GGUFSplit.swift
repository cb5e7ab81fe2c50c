/// Opens a model that may be spread over several GGUF files.
///
/// **Source** llama.cpp `llama_split_path`: `<name>-00001-of-00003.gguf`, with `split.count` in the first file.
enum GGUFSplit {
    static func open(_ path: String) throws(CheckpointError) -> [GGUF] {
        let first = try GGUF(path: path)
        let reader = GGUFMetadataReader(first)
        guard let count = try reader.optionalInt("split.count"), count > 1 else { return [first] }
        let number = try reader.optionalInt("split.no") ?? 0
        let suffix = Self.suffix(1, of: count)
        guard number == 0, path.hasSuffix(suffix) else {
            throw .unsupported(
                file: path, message: "split.no is \(number) of \(count); open the first part, called *\(suffix)")
        }
        var parts = [first]
        for number in 2...count {
            parts.append(try GGUF(path: path.dropLast(suffix.count) + Self.suffix(number, of: count)))
        }
        return parts
    }

    private static func suffix(_ number: Int, of count: Int) -> String {
        "-\(fiveDigits(number))-of-\(fiveDigits(count)).gguf"
    }

    private static func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
