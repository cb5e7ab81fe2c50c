/// What is dropped at the two ends of the content that follows reasoning.
struct ContentTrimming: Sendable {
    private enum State {
        /// Nothing but what may be dropped has come.
        case leading
        case plain
        /// Within the markers that enclose the answer.
        case answer
        /// Behind the closing marker, which counts if nothing but whitespace follows.
        case trailing
    }

    private let trimsNewlines: Bool
    private let start: [UInt8]
    private let end: MarkerSet
    private var state: State
    private var held: [UInt8] = []

    init(trimsNewlines: Bool, answer: (start: String, end: String)?) {
        self.trimsNewlines = trimsNewlines
        start = Array((answer?.start ?? "").utf8)
        end = MarkerSet(answer.map { [$0.end] } ?? [])
        state = trimsNewlines || answer != nil ? .leading : .plain
        // Without an opening marker the content is within the answer from the start.
        if answer != nil, start.isEmpty { state = .answer }
    }

    /// Takes text and gives what is certain to be content.
    mutating func append(_ text: ArraySlice<UInt8>) -> [UInt8] {
        if state == .plain { return Array(text) }
        held += text
        return take(isFinal: false)
    }

    /// What is held back at the end of the output.
    mutating func finish() -> [UInt8] { take(isFinal: true) }

    private mutating func take(isFinal: Bool) -> [UInt8] {
        var result: [UInt8] = []
        while step(&result, isFinal) {}
        return result
    }

    private mutating func step(_ result: inout [UInt8], _ isFinal: Bool) -> Bool {
        guard !held.isEmpty else { return false }
        switch state {
        case .leading: return stepLeading(&result, isFinal)
        case .plain:
            result += held
            held.removeAll()
            return false
        case .answer:
            guard case .found(_, let range) = end.search(held, from: 0, isFinal: isFinal) else {
                guard case .none(let undecided) = end.search(held, from: 0, isFinal: isFinal) else { return false }
                result += held[..<undecided]
                held.removeFirst(undecided)
                return false
            }
            result += held[..<range.lowerBound]
            held.removeFirst(range.upperBound)
            state = .trailing
            return true
        case .trailing:
            let isBlank = held.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
            if isBlank {
                if isFinal { held.removeAll() }
                return false
            }
            state = .plain
            return true
        }
    }

    private mutating func stepLeading(_ result: inout [UInt8], _ isFinal: Bool) -> Bool {
        if trimsNewlines {
            held.removeFirst(held.prefix { $0 == UInt8(ascii: "\n") }.count)
            if !held.isEmpty { state = .plain }
            return !held.isEmpty
        }
        let space = held.prefix { $0 == 0x20 || (0x09...0x0D).contains($0) }.count
        let rest = held[space...]
        if rest.count < start.count, start.starts(with: rest), !isFinal { return false }
        if rest.starts(with: start) {
            held.removeFirst(space + start.count)
            state = .answer
        } else {
            state = .plain
        }
        return true
    }
}
