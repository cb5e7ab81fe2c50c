#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The decoder for a file, chosen by its content.
///
/// **Throws** `unsupported` for unknown content, `missingCodec` when the decoder is not installed, and what it throws.
func openDecoder(
    of bytes: any AudioBytes, limits: AudioLimits, codecs: AudioCodecs
) throws(AudioError) -> any PCMDecoder {
    if bytes.count > limits.maxFileBytes {
        throw AudioError(
            .tooLarge, "the file has \(bytes.count) bytes; at most \(limits.maxFileBytes) bytes are accepted")
    }
    let container = try AudioContainer(bytes)
    switch container {
    case .wav:
        do throws(AudioError) {
            return try WAVDecoder(bytes)
        } catch  where error.kind == .unsupported {
            // Compressed samples in a WAV file.
            return try openForeignDecoder(of: bytes, container.foreignCodec, codecs)
        }
    case .flac(let start): return try FLACDecoder(bytes, start: start)
    default: return try openForeignDecoder(of: bytes, container.foreignCodec, codecs)
    }
}

private func openForeignDecoder(
    of bytes: any AudioBytes, _ codec: ForeignCodec, _ codecs: AudioCodecs
) throws(AudioError) -> any PCMDecoder {
    let program = codecs.ffmpegProgram
    var refusal: AudioError?
    if codec.isReadByLibsndfile, program == nil || !codec.isBetterReadByFFmpeg,
        let library = SoundFileLibrary(codecs.libsndfile)
    {
        do throws(AudioError) {
            return try SoundFileDecoder(bytes, library: library, container: codec.container, codec: codec.name)
        } catch  where error.kind == .malformed {
            // Libraries before 1.1 do not know MP3, and some are built without Opus: ffmpeg may.
            refusal = error
        }
    }
    if let program {
        return try FFmpegDecoder(bytes, program: program, demuxer: codec.demuxer, container: codec.container)
    }
    if let refusal { throw AudioError(refusal.kind, refusal.message + ", and ffmpeg, which may, is not installed") }
    let package = codec.isReadByLibsndfile ? "libsndfile1" : "ffmpeg"
    throw AudioError(
        .missingCodec(package: package),
        "\(codec.container) (\(codec.name)) needs \(package), which is not installed: install the package \(package), "
            + "or convert the audio to WAV or FLAC")
}

extension AudioCodecs {
    fileprivate var ffmpegProgram: String? { ffmpeg.first { access($0, X_OK) == 0 } }
}

/// How a format nobody here decodes is decoded elsewhere.
private struct ForeignCodec {
    var container: String
    var name: String
    /// The name of ffmpeg's demuxer.
    var demuxer: String
    var isReadByLibsndfile = true
    var isBetterReadByFFmpeg = false
}

extension AudioContainer {
    fileprivate var foreignCodec: ForeignCodec {
        switch self {
        // libsndfile gives up at damage of more than 1 KiB, and writes about every damage to our standard error.
        case .mpegAudio: .init(container: "MP3", name: "MPEG audio", demuxer: "mp3", isBetterReadByFFmpeg: true)
        case .oggVorbis: .init(container: "Ogg", name: "Vorbis", demuxer: "ogg")
        case .oggOpus: .init(container: "Ogg", name: "Opus", demuxer: "ogg")
        case .oggFLAC: .init(container: "Ogg", name: "FLAC", demuxer: "ogg")
        case .aiff: .init(container: "AIFF", name: "PCM", demuxer: "aiff")
        case .caf: .init(container: "CAF", name: "PCM", demuxer: "caf")
        case .au: .init(container: "AU", name: "PCM", demuxer: "au")
        case .wave64: .init(container: "Wave64", name: "PCM", demuxer: "w64")
        case .ogg: .init(container: "Ogg", name: "not Vorbis, Opus or FLAC", demuxer: "ogg", isReadByLibsndfile: false)
        case .adts: .init(container: "AAC", name: "AAC", demuxer: "aac", isReadByLibsndfile: false)
        case .mp4: .init(container: "MP4", name: "AAC or other", demuxer: "mov", isReadByLibsndfile: false)
        case .matroska: .init(container: "WebM", name: "Opus or other", demuxer: "matroska", isReadByLibsndfile: false)
        case .mpegProgram:
            .init(container: "MPEG", name: "MPEG audio or other", demuxer: "mpeg", isReadByLibsndfile: false)
        case .asf: .init(container: "WMA", name: "WMA", demuxer: "asf", isReadByLibsndfile: false)
        case .amr: .init(container: "AMR", name: "AMR", demuxer: "amr", isReadByLibsndfile: false)
        case .wav: .init(container: "WAV", name: "compressed", demuxer: "wav", isReadByLibsndfile: false)
        case .flac: .init(container: "FLAC", name: "FLAC", demuxer: "flac")
        }
    }
}
