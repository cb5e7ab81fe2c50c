/// Checkpoints that PyTorch wrote by pickling objects. Reading them can run code, so they are told apart and refused.
enum PickleFile {
    private static let suffixes = [".bin", ".pt", ".pth", ".ckpt", ".pkl"]
    /// A ZIP archive, as PyTorch writes since version 1.6, and a pickle of protocol 2, as before.
    private static let magics: [[UInt8]] = [[0x50, 0x4B, 0x03, 0x04], [0x80, 0x02]]

    /// Whether a file starts as PyTorch's do.
    static func isPickle(_ bytes: UnsafeRawBufferPointer) -> Bool { magics.contains { bytes.starts(with: $0) } }

    /// What to do with such a file, to put behind a statement.
    static let hint =
        " (pickle files such as *.bin and *.pt can run code and are not read; convert them to safetensors, for instance "
        + "with save_pretrained of transformers, or download the model in that format: openai/whisper-* has it)"

    /// The hint, if names look like such files; else nothing.
    static func hint(_ names: [String]) -> String {
        names.contains { name in suffixes.contains(where: name.hasSuffix) } ? hint : ""
    }
}

extension Folder {
    /// The model files of whisper.cpp, told by their first bytes.
    func whisperFiles() throws(CheckpointError) -> [String] {
        var files: [String] = []
        for name in names where name.hasSuffix(".bin") {
            let file: MappedFile
            // A folder or a socket of that name is no such file.
            do { file = try MappedFile(path: path(of: name)) } catch { continue }
            if file.withBytes(WhisperGGML.isGGML) { files.append(name) }
        }
        return files
    }
}
