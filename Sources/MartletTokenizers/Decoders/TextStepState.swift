/// A step over one text that comes in parts cut between characters: gives the parts that are final.
struct TextStepState: Sendable {
    private enum Kind: Sendable {
        case replace(pattern: [UInt8], content: [UInt8])
        case strip(content: [UInt8], stop: Int)
        /// What can only be said when all of the text is there.
        case whole(DecoderStep)
    }

    private let kind: Kind
    /// The text that more of it may change.
    private var held: [UInt8] = []
    /// How often the character to strip may still be removed from the start.
    private var startCount = 0

    init(_ step: DecoderStep) {
        switch step {
        case .replace(let pattern, let content) where !pattern.isEmpty:
            kind = .replace(pattern: pattern, content: content)
        case .metaspace(let replacement, let dropsFirst):
            kind = .replace(pattern: replacement, content: dropsFirst ? [] : [UInt8(ascii: " ")])
        case .bpe(let suffix) where !suffix.isEmpty: kind = .replace(pattern: suffix, content: [])
        case .strip(let content, let start, let stop):
            kind = .strip(content: content, stop: stop)
            startCount = start
        default: kind = .whole(step)
        }
    }

    mutating func push(_ part: [UInt8]) -> [UInt8] {
        held += part
        switch kind {
        case .whole: return []
        case .replace(let pattern, let content): return pushReplacing(pattern, content)
        case .strip(let content, let stop): return pushStripping(content, stop)
        }
    }

    mutating func finish() -> [UInt8] {
        defer { held = [] }
        switch kind {
        case .whole(.byteFallback):
            guard let byte = DecoderStep.byte(of: held) else { return held }
            return byte < 0x80 ? [byte] : [0xEF, 0xBF, 0xBD]
        case .whole(let step): return step.apply(to: held, isFirst: true, isLast: true)
        case .replace: return held
        case .strip: return []
        }
    }

    private mutating func pushReplacing(_ pattern: [UInt8], _ content: [UInt8]) -> [UInt8] {
        var (result, index) = ([UInt8](), 0)
        while index < held.count {
            let rest = held[index...]
            if rest.starts(with: pattern) {
                result += content
                index += pattern.count
            } else if pattern.starts(with: rest) {
                break
            } else {
                result.append(held[index])
                index += 1
            }
        }
        held.removeFirst(index)
        return result
    }

    /// Holds back the characters at the end that are to be stripped if nothing follows.
    private mutating func pushStripping(_ content: [UInt8], _ stop: Int) -> [UInt8] {
        var index = 0
        while startCount > 0, index < held.count {
            if held[index...].starts(with: content) {
                index += content.count
                startCount -= 1
            } else {
                startCount = 0
            }
        }
        var end = held.count
        for _ in 0..<stop {
            guard end - index >= content.count, held[(end - content.count)..<end].elementsEqual(content) else { break }
            end -= content.count
        }
        let result = [UInt8](held[index..<end])
        held.removeFirst(end)
        return result
    }
}
