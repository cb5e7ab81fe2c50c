/// How much the alignment heads look at each frame when they write each token.
struct AlignmentMatrix: Sendable, Hashable {
    /// `[numTokens, numFrames]`, row-major.
    private(set) var values: [Float]
    let numTokens: Int
    let numFrames: Int

    private static let medianFilterWidth = 7

    /// The mean of the heads, each of which is brought to mean 0 and standard deviation 1 over the tokens and smoothed over
    /// the frames.
    ///
    /// `weights` are `[heads, tokens, positions]`, row-major, and add up to 1 over the positions; only the first
    /// `numFrames` positions are the window's. **Source** openai-whisper `find_alignment`.
    init(weights: [Float], numHeads: Int, numTokens: Int, numPositions: Int, numFrames: Int) {
        self.numTokens = numTokens
        self.numFrames = min(numFrames, numPositions)
        values = [Float](repeating: 0, count: numTokens * self.numFrames)
        for head in 0..<numHeads {
            var rows: [[Float]] = (0..<numTokens).map { token in
                let start = (head * numTokens + token) * numPositions
                let row = weights[start..<start + self.numFrames]
                let sum = row.reduce(0, +)
                return sum > 0 ? row.map { $0 / sum } : Array(row)
            }
            Self.standardize(&rows, numFrames: self.numFrames)
            for (token, row) in rows.enumerated() {
                let smooth = MedianFilter.filter(row, width: Self.medianFilterWidth)
                for (frame, value) in smooth.enumerated() { values[token * self.numFrames + frame] += value }
            }
        }
        guard numHeads > 0 else { return }
        for index in values.indices { values[index] /= Float(numHeads) }
    }

    /// Every frame gets mean 0 and standard deviation 1 over the tokens; frames that are equal for all tokens get 0.
    private static func standardize(_ rows: inout [[Float]], numFrames: Int) {
        let count = Double(rows.count)
        for frame in 0..<numFrames {
            let mean = rows.reduce(0.0) { $0 + Double($1[frame]) } / count
            let variance = rows.reduce(0.0) { $0 + (Double($1[frame]) - mean) * (Double($1[frame]) - mean) } / count
            let deviation = Float(variance.squareRoot())
            for token in rows.indices {
                rows[token][frame] = deviation > 0 ? (rows[token][frame] - Float(mean)) / deviation : 0
            }
        }
    }

    /// The path through some rows that looks at most of them, frame by frame.
    func path(rows: Range<Int>) -> DynamicTimeWarping {
        let costs = values[rows.lowerBound * numFrames..<rows.upperBound * numFrames].map { -$0 }
        return DynamicTimeWarping(costs, numRows: rows.count, numColumns: numFrames)
    }
}
