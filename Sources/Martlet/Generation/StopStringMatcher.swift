/// Finds stop strings in text that arrives in pieces, and lets text out as soon as it cannot be part of one.
///
/// The stop string whose last byte comes first wins; among those that end together the longest does. So the result
/// does not depend on how the text was cut into pieces.
struct StopStringMatcher {
    private let stops: [[UInt8]]
    private let names: [String]
    /// Text held back: a suffix of what was pushed that may be the start of a stop string.
    private var held: [UInt8] = []

    /// A matcher of `stops`, none of them empty.
    init(_ stops: [String]) {
        precondition(!stops.contains(""), "a stop string cannot be empty")
        // Longest first, so that the first match among those with one end is the longest.
        names = stops.sorted { $0.utf8.count > $1.utf8.count }
        self.stops = names.map { Array($0.utf8) }
    }

    /// What a piece of text brought.
    struct Match: Hashable {
        /// Text that may go out.
        var text: String
        /// The stop string found; the rest of the piece is dropped.
        var stop: String?
    }

    /// Takes in text of whole characters.
    mutating func push(_ text: String) -> Match {
        if stops.isEmpty { return Match(text: text) }
        let firstNew = held.count
        held += text.utf8
        for end in firstNew..<held.count {
            guard let found = stops.firstIndex(where: { endsWith($0, at: end + 1) }) else { continue }
            let free = held[..<(end + 1 - stops[found].count)]
            held = []
            return Match(text: String(decoding: free, as: UTF8.self), stop: names[found])
        }
        let keep = lengthOfPossibleStart()
        let free = String(decoding: held.dropLast(keep), as: UTF8.self)
        held.removeFirst(held.count - keep)
        return Match(text: free)
    }

    /// Gives out what was held back, because no more text comes.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    private func endsWith(_ stop: [UInt8], at end: Int) -> Bool {
        end >= stop.count && held[(end - stop.count)..<end].elementsEqual(stop)
    }

    /// Length of the longest suffix of `held` that starts a stop string.
    private func lengthOfPossibleStart() -> Int {
        let longest = min(held.count, stops[0].count - 1)
        for length in stride(from: longest, to: 0, by: -1) {
            let suffix = held.suffix(length)
            if stops.contains(where: { $0.count > length && $0.starts(with: suffix) }) { return length }
        }
        return 0
    }
}
