import ArgumentParser
import Martlet
import MartletAudio
import MartletServer

/// How much audio is taken and how it is cut; limits are named as vLLM's settings.
struct AudioOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Most MB of an audio file (default: VLLM_MAX_AUDIO_CLIP_FILESIZE_MB, or 512 for serve and 2048 for "
                + "transcribe; vLLM's is 25).", valueName: "mb"))
    var maxAudioClipFilesizeMb: UInt32?

    @Option(help: ArgumentHelp("Longest audio of a file (default: 6 hours).", valueName: "seconds"))
    var maxAudioDecodeDurationS: CountArgument?

    @Option(
        help: ArgumentHelp(
            "Most bytes of decoded samples of a file, such as 8G; they are counted, not held (default: 32G).",
            valueName: "bytes"))
    var maxAudioDecodeBytes: CountArgument?

    @Option(help: ArgumentHelp("Windows of one file that are decoded at once.", valueName: "n"))
    var maxConcurrentWindows = CountArgument(8)

    @Option(
        help: "Silero model in whisper.cpp's ggml format that tells speech from silence (default: by energy).",
        completion: .file())
    var vadModel: String?

    /// Writes these choices into a configuration.
    func apply(to configuration: inout LLMConfiguration) {
        var limits = configuration.transcription.audioLimits
        limits.maxFileBytes = maxFileBytes ?? limits.maxFileBytes
        limits.maxDuration = maxAudioDecodeDurationS.map { Double($0.value) } ?? limits.maxDuration
        limits.maxDecodedBytes = maxAudioDecodeBytes?.value ?? limits.maxDecodedBytes
        configuration.transcription.audioLimits = limits
        configuration.transcription.maxConcurrentWindows = maxConcurrentWindows.value
        configuration.transcription.vadModel = vadModel
    }

    /// Writes these choices into a server's configuration.
    func apply(to configuration: inout ServerConfiguration) {
        configuration.limits.maxAudioFileBytes = maxFileBytes ?? configuration.limits.maxAudioFileBytes
    }

    private var maxFileBytes: Int? {
        (maxAudioClipFilesizeMb ?? Environment.maxAudioClipFilesizeMb).map { Int($0) << 20 }
    }
}
