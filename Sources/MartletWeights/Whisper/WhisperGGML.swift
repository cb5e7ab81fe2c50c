internal import MartletModelIR

/// A model file of whisper.cpp (`ggml-base.en.bin`): hyperparameters, mel filters, vocabulary, tensors.
///
/// **Source** whisper.cpp `whisper.cpp` `whisper_model_load`, `models/convert-pt-to-ggml.py`.
struct WhisperGGML: Sendable {
    /// The eleven numbers at the start, under their names in whisper.cpp.
    struct Hyperparameters: Hashable, Sendable {
        var vocab, audioCtx, audioState, audioHead, audioLayer: Int
        var textCtx, textState, textHead, textLayer, mels: Int
        /// The type of the large tensors and, times 1000, the version of its layout.
        var ftype: Int
    }

    let hyperparameters: Hyperparameters
    let vocabulary: WhisperVocabularyFile
    let tensors: [WhisperTensors.Entry]
    let file: MappedFile

    /// "ggml" as a little-endian number.
    static let magic: [UInt8] = [0x6C, 0x6D, 0x67, 0x67]

    /// True when the file starts as GGML files do, whatever model they hold.
    static func isGGML(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: magic) }

    /// Columns of the mel filters: half of a transform of 400 samples, and one.
    private static let filterColumns = 201
    /// The layout of quantised blocks that current readers have; it changed twice in 2023.
    private static let quantizationVersion = 2

    init(file: MappedFile) throws(CheckpointError) {
        var cursor = GGUFCursor(file: file)
        _ = try cursor.skip(Self.magic.count, "magic")
        hyperparameters = try Self.hyperparameters(&cursor)
        try Self.skipFilters(&cursor, mels: hyperparameters.mels)
        vocabulary = try Self.vocabulary(&cursor, vocabSize: hyperparameters.vocab)
        var tensors: [WhisperTensors.Entry] = []
        while cursor.remaining > 0 {
            tensors.append(try Self.tensor(&cursor, ftype: hyperparameters.ftype))
        }
        self.tensors = tensors
        self.file = file
    }

    private static func hyperparameters(_ cursor: inout GGUFCursor) throws(CheckpointError) -> Hyperparameters {
        func number(
            _ name: String, _ range: ClosedRange<Int>, _ cursor: inout GGUFCursor
        ) throws(CheckpointError) -> Int {
            let value = Int(try cursor.integer(Int32.self, name))
            guard range.contains(value) else {
                throw cursor.malformed(
                    "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound); is this a Whisper model?"
                )
            }
            return value
        }
        let (sizes, counts) = (1...65_536, 1...1024)
        let vocab = try number("n_vocab", 1...(1 << 24), &cursor)
        let audioCtx = try number("n_audio_ctx", sizes, &cursor)
        let audioState = try number("n_audio_state", sizes, &cursor)
        let audioHead = try number("n_audio_head", counts, &cursor)
        let audioLayer = try number("n_audio_layer", counts, &cursor)
        let textCtx = try number("n_text_ctx", sizes, &cursor)
        let textState = try number("n_text_state", sizes, &cursor)
        let textHead = try number("n_text_head", counts, &cursor)
        let textLayer = try number("n_text_layer", counts, &cursor)
        let mels = try number("n_mels", counts, &cursor)
        let ftype = try number("ftype", 0...Int(Int32.max), &cursor)
        guard textState == audioState else {
            throw cursor.malformed("n_text_state is \(textState) and n_audio_state \(audioState); they must be equal")
        }
        return Hyperparameters(
            vocab: vocab, audioCtx: audioCtx, audioState: audioState, audioHead: audioHead, audioLayer: audioLayer,
            textCtx: textCtx, textState: textState, textHead: textHead, textLayer: textLayer, mels: mels, ftype: ftype)
    }

    /// The filters are those that every file with as many bins has; features are made with our own.
    private static func skipFilters(_ cursor: inout GGUFCursor, mels: Int) throws(CheckpointError) {
        let rows = try cursor.integer(Int32.self, "mel filters")
        let columns = try cursor.integer(Int32.self, "mel filters")
        guard Int(rows) == mels, Int(columns) == filterColumns else {
            throw cursor.malformed("mel filters of \(rows) x \(columns), expected \(mels) x \(filterColumns)")
        }
        _ = try cursor.skip(4 * mels * filterColumns, "mel filters")
    }

    private static func vocabulary(
        _ cursor: inout GGUFCursor, vocabSize: Int
    ) throws(CheckpointError) -> WhisperVocabularyFile {
        let count = Int(try cursor.integer(Int32.self, "size of the vocabulary"))
        guard (0...vocabSize).contains(count), count <= cursor.remaining / 4 else {
            throw cursor.malformed("a vocabulary of \(count) tokens, expected at most \(vocabSize), the n_vocab")
        }
        var tokens = PackedStrings(count: count, byteCount: 8 * count)
        for index in 0..<count {
            let what = "token \(index) of \(count)"
            let length = try cursor.integer(UInt32.self, what)
            let range = try cursor.skip(Int(length), what)
            tokens.append(UnsafeRawBufferPointer(rebasing: cursor.file.bytes[range]))
        }
        return WhisperVocabularyFile(tokens: tokens, vocabSize: vocabSize)
    }

    private static func tensor(
        _ cursor: inout GGUFCursor, ftype: Int
    ) throws(CheckpointError) -> WhisperTensors.Entry {
        let numDimensions = try cursor.integer(Int32.self, "a tensor's dimensions")
        let nameLength = try cursor.integer(Int32.self, "length of a tensor's name")
        let type = try cursor.integer(UInt32.self, "type of a tensor")
        guard (1...4).contains(numDimensions), (1...256).contains(nameLength) else {
            throw cursor.malformed(
                "a tensor of \(numDimensions) dimensions with a name of \(nameLength) bytes; expected 1 to 4 and 1 to "
                    + "256")
        }
        var shape: [Int] = []
        for _ in 0..<numDimensions { shape.insert(Int(try cursor.integer(Int32.self, "a tensor's size")), at: 0) }
        let nameBytes = cursor.file.bytes[try cursor.skip(Int(nameLength), "a tensor's name")]
        guard let stored = String(validating: nameBytes, as: UTF8.self) else {
            throw cursor.malformed("a tensor's name is not UTF-8")
        }
        guard let name = WhisperNames.huggingFace(stored) else {
            throw .unsupported(
                file: cursor.file.path, message: "the tensor \"\(stored)\" has no known part in a Whisper model")
        }
        let format = try format(type, stored, ftype: ftype, cursor)
        var elements = 1
        for size in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow else { throw cursor.malformed("tensor \"\(stored)\" has the shape \(shape)") }
            elements = product
        }
        guard shape[shape.count - 1] % format.blockSize == 0 else {
            throw cursor.malformed(
                "tensor \"\(stored)\": rows of \(shape[shape.count - 1]) are no whole number of \(format) blocks of "
                    + "\(format.blockSize)")
        }
        // The quotient cannot exceed what is left once the product is known to fit.
        guard elements / format.blockSize <= cursor.remaining / format.blockBytes else {
            throw cursor.truncated("tensor \"\(stored)\"", needs: "\(elements) elements of \(format)")
        }
        let range = try cursor.skip(elements / format.blockSize * format.blockBytes, "tensor \"\(stored)\"")
        return WhisperTensors.Entry(name: name, format: format, shape: shape, file: cursor.file, range: range)
    }

    private static func format(
        _ type: UInt32, _ name: String, ftype: Int, _ cursor: GGUFCursor
    ) throws(CheckpointError) -> WeightFormat {
        guard let format = WeightFormat(rawValue: type), type < 1000 else {
            throw .unsupported(
                file: cursor.file.path, message: "tensor \"\(name)\" has type \(type), which is not supported")
        }
        let version = ftype / 1000
        guard format.blockSize == 1 || version == quantizationVersion else {
            throw .unsupported(
                file: cursor.file.path,
                message: "its quantised blocks have version \(version), which is not supported; supported: "
                    + "\(quantizationVersion). Quantise the model anew with a current whisper.cpp")
        }
        return format
    }
}
