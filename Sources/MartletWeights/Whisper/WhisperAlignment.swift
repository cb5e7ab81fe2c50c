internal import MartletJSON

/// The cross-attention heads that follow the audio, of the models OpenAI has published.
enum WhisperAlignment {
    /// What tells the published models apart, as far as their files do.
    struct Shape: Hashable {
        var encoderLayers, decoderLayers, decoderHeads: Int
        var isMultilingual: Bool
        var numMelBins: Int
    }

    /// `[[layer, head], ...]`, or nil where the shape fits no published model or more than one.
    static func heads(_ shape: Shape) -> [[Int]]? { published[shape] }

    /// Large v1 and v2 are missing: their shapes are equal and their heads are not.
    ///
    /// **Source** openai-whisper `__init__.py` `_ALIGNMENT_HEADS`.
    private static let published: [Shape: [[Int]]] = [
        model(4, heads: 6, isMultilingual: false): [
            [1, 0], [2, 0], [2, 5], [3, 0], [3, 1], [3, 2], [3, 3], [3, 4],
        ],
        model(4, heads: 6): [[2, 2], [3, 0], [3, 2], [3, 3], [3, 4], [3, 5]],
        model(6, heads: 8, isMultilingual: false): [[3, 3], [4, 7], [5, 1], [5, 5], [5, 7]],
        model(6, heads: 8): [[3, 1], [4, 2], [4, 3], [4, 7], [5, 1], [5, 2], [5, 4], [5, 6]],
        model(12, heads: 12, isMultilingual: false): [
            [6, 6], [7, 0], [7, 3], [7, 8], [8, 2], [8, 5], [8, 7], [9, 0], [9, 4], [9, 8], [9, 10], [10, 0], [10, 1],
            [10, 2], [10, 3], [10, 6], [10, 11], [11, 2], [11, 4],
        ],
        model(12, heads: 12): [
            [5, 3], [5, 9], [8, 0], [8, 4], [8, 7], [8, 8], [9, 0], [9, 7], [9, 9], [10, 5],
        ],
        model(24, heads: 16, isMultilingual: false): [
            [11, 4], [14, 1], [14, 12], [14, 14], [15, 4], [16, 0], [16, 4], [16, 9], [17, 12], [17, 14], [18, 7],
            [18, 10], [18, 15], [20, 0], [20, 3], [20, 9], [20, 14], [21, 12],
        ],
        model(24, heads: 16): [[13, 15], [15, 4], [15, 15], [16, 1], [20, 0], [23, 4]],
        model(32, heads: 20, numMelBins: 128): [
            [7, 0], [10, 17], [12, 18], [13, 12], [16, 1], [17, 14], [19, 11], [21, 4], [24, 1], [25, 6],
        ],
        Shape(encoderLayers: 32, decoderLayers: 4, decoderHeads: 20, isMultilingual: true, numMelBins: 128): [
            [2, 4], [2, 11], [3, 3], [3, 6], [3, 11], [3, 14],
        ],
    ]

    private static func model(
        _ layers: Int, heads: Int, isMultilingual: Bool = true, numMelBins: Int = 80
    ) -> Shape {
        Shape(
            encoderLayers: layers, decoderLayers: layers, decoderHeads: heads, isMultilingual: isMultilingual,
            numMelBins: numMelBins)
    }
}
