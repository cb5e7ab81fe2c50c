/// Writes the mean of the channels of each interleaved frame.
///
/// Every channel counts the same, as in librosa's `to_mono` (which vLLM uses) and, for stereo, in ffmpeg's downmix to
/// 16 bit (which openai-whisper uses). ffmpeg weighs the channels of surround sound; the mean loses none of them.
func downmix(_ frames: UnsafeBufferPointer<Float>, channels: Int, into mono: UnsafeMutableBufferPointer<Float>) {
    let scale = 1 / Float(channels)
    switch channels {
    case 1:
        for index in mono.indices { mono[index] = frames[index] }
    case 2:
        for index in mono.indices { mono[index] = (frames[2 * index] + frames[2 * index + 1]) * 0.5 }
    default:
        for index in mono.indices {
            var sum: Float = 0
            for channel in 0..<channels { sum += frames[index * channels + channel] }
            mono[index] = sum * scale
        }
    }
}
