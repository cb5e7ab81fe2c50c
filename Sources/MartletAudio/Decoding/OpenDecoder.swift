/// The decoder for a file, chosen by its content.
///
/// **Throws** `unsupported` for unknown content, and what the decoder throws.
func openDecoder(of bytes: any AudioBytes, limits: AudioLimits) throws(AudioError) -> any PCMDecoder {
    if bytes.count > limits.maxFileBytes {
        throw AudioError(
            .tooLarge, "the file has \(bytes.count) bytes; at most \(limits.maxFileBytes) bytes are accepted")
    }
    return try WAVDecoder(bytes)
}
