/// Runs of one script, kana counting as Han, as the UnicodeScripts pre-tokenizer cuts them.
struct ScriptRuns: Sendable {
    static let shared = ScriptRuns()

    private var starts: [UInt32] = []
    private var scripts: [UInt8] = []

    private init() {
        var decoder = PackedNumbers(UnicodeScriptData.runs)
        var start: UInt32 = 0
        while let delta = decoder.next(), let script = decoder.next() {
            start += UInt32(delta)
            starts.append(start)
            scripts.append(UInt8(script))
        }
    }

    /// The number of a script, 0 for scalars that join any run.
    private func script(_ code: UInt32) -> UInt8 {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= code { low = middle } else { high = middle }
        }
        return scripts[low]
    }

    /// Calls `body` with the runs. What stands before the first scalar that has a script is in none, as there.
    func forEachRun(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var (start, position) = (Int?.none, 0)
        var last: UInt8 = 0
        while position < text.count {
            let scalar = UTF8Scalar(in: text, at: position)
            let script = script(scalar.code)
            if script != 0, script != last {
                if let start { body(start..<position) }
                (start, last) = (position, script)
            }
            position += scalar.length
        }
        if let start { body(start..<position) }
    }
}
