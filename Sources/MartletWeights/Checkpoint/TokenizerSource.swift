/// Where a checkpoint's tokenizer is found.
public enum TokenizerSource: Sendable {
    /// A folder with tokenizer.json, tokenizer_config.json and their like.
    case huggingFace(directory: String)
    /// The metadata of a GGUF file.
    case gguf(GGUFVocabularyMetadata)
    /// The vocabulary of a whisper.cpp file.
    case whisper(WhisperVocabularyFile)
}
