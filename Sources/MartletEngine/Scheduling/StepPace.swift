/// How long steps take, learned from those that were run, and how many tokens the next one may have.
///
/// While requests wait for their next token, a long prompt is computed in pieces that keep the step near the target; the
/// weights are read once a step, so pieces are never so small that reading them is the cost.
struct StepPace {
    /// Tokens of prompts that cost little beside reading the weights.
    static let fewestPromptTokens = 32
    /// Steps of fewer tokens say nothing about the cost of one: they wait for memory.
    private static let fewestMeasured = 64

    /// Seconds a step should take while requests wait for their next token; nil: no limit.
    let target: Double?
    /// Of a step of many tokens, divided by them.
    private(set) var secondsPerToken: Double?
    /// Of a step that only goes on with running requests.
    private(set) var decodeSeconds: Double?

    init(target: Duration?) { self.target = target.map { $0 / .seconds(1) } }

    /// Takes in a step that was run; the last few count most.
    mutating func record(numTokens: Int, isDecode: Bool, duration: Duration) {
        let seconds = duration / .seconds(1)
        guard seconds > 0 else { return }
        if isDecode {
            decodeSeconds = Self.blend(decodeSeconds, seconds)
        } else if numTokens >= Self.fewestMeasured {
            secondsPerToken = Self.blend(secondsPerToken, seconds / Double(numTokens))
        }
    }

    /// Tokens of the next step, of at most `limit`, when `numDecoding` requests wait for their next token.
    func numTokens(limit: Int, numDecoding: Int) -> Int {
        guard let target, let secondsPerToken, numDecoding > 0 else { return limit }
        // Where reading the weights alone takes long, prompts may take as long again.
        let seconds = max(target, 2 * (decodeSeconds ?? 0))
        let fitting = Int(min(seconds / secondsPerToken, Double(limit)))
        return min(limit, max(fitting, numDecoding + Self.fewestPromptTokens))
    }

    private static func blend(_ old: Double?, _ new: Double) -> Double { old.map { 0.75 * $0 + 0.25 * new } ?? new }
}
