import MartletEngine
import MartletModelIR

/// What a model's caches cost in bytes.
struct KVCacheCosts: Hashable {
    /// All layers with one sliding window.
    struct Window: Hashable {
        /// Tokens they read.
        var window: Int
        /// Keys and values of one token.
        var bytesPerToken: Int
    }

    /// Token slots of a block.
    var blockSize = 16
    /// Most tokens of one step.
    var maxNumBatchedTokens = 512
    /// One token in the layers that read all tokens; nil without such layers.
    var fullBytesPerToken: Int?
    /// Layers with sliding windows, shortest first.
    var windows: [Window] = []
    /// Recurrent states of a request; nil without recurrent layers.
    var stateBytes: Int?

    /// Keys and values of one token over all layers.
    var bytesPerToken: Int { windows.reduce(fullBytesPerToken ?? 0) { $0 + $1.bytesPerToken } }

    /// Blocks of full attention that hold so many tokens.
    func numBlocks(for numTokens: Int) -> Int { max(numTokens - 1, 0) / blockSize + 1 }

    /// Blocks of a window that a request of so many tokens holds at a time.
    func numBlocks(of window: Window, for numTokens: Int) -> Int {
        let atOnce = EngineConfiguration.maxBlocksAtOnce(
            window: min(window.window, numTokens), step: maxNumBatchedTokens, blockSize: blockSize)
        return min(atOnce, numBlocks(for: numTokens))
    }

    /// A block in the layers that read all tokens.
    var fullBlockBytes: Int { (fullBytesPerToken ?? 0).times(blockSize) }

    /// A block in the layers of a window.
    func blockBytes(_ window: Window) -> Int { window.bytesPerToken.times(blockSize) }

    /// What a request of so many tokens needs at a time, its state included.
    func bytes(ofRequest numTokens: Int) -> Int {
        windows.reduce((fullBytesPerToken ?? 0).times(numTokens).plus(stateBytes ?? 0)) { sum, window in
            let numHeld = min(numTokens, numBlocks(of: window, for: numTokens) * blockSize)
            return sum.plus(window.bytesPerToken.times(numHeld))
        }
    }

    /// The blocks that one request of so many tokens needs.
    func blockBytes(ofRequest numTokens: Int) -> Int {
        windows.reduce(fullBlockBytes.times(numBlocks(for: numTokens))) { sum, window in
            sum.plus(blockBytes(window).times(numBlocks(of: window, for: numTokens)))
        }
    }

    /// The caches of an engine with these layers.
    func bytes(of engine: EngineConfiguration) -> Int {
        zip(windows, engine.windows).reduce(
            fullBlockBytes * engine.numBlocks + (stateBytes ?? 0) * engine.numStateSlots
        ) { sum, pair in sum + blockBytes(pair.0) * pair.1.numBlocks }
    }
}

extension Int {
    /// The product of two sizes, or the largest number where it is larger.
    func times(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }

    /// The sum of two sizes, or the largest number where it is larger.
    func plus(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
