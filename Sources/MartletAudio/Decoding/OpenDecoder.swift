/// The decoder for a file, chosen by its content.
///
/// **Throws** `unsupported` for unknown content, and what the decoder throws.
func openDecoder(of bytes: any AudioBytes, limits: AudioLimits) throws(AudioError) -> any PCMDecoder {
    if bytes.count > limits.maxFileBytes {
        throw AudioError(
            .tooLarge, "the file has \(bytes.count) bytes; at most \(limits.maxFileBytes) bytes are accepted")
    }
    switch try AudioContainer(bytes) {
    case .wav: return try WAVDecoder(bytes)
    case .flac(let start): return try FLACDecoder(bytes, start: start)
    default: throw AudioError(.unsupported, "not yet")
    }
}
