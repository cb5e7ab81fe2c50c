/// Texts to look for in a stream of bytes.
struct MarkerSet: Sendable {
    enum Result: Equatable {
        /// A marker begins at `range.lowerBound`.
        case found(marker: Int, range: Range<Int>)
        /// No marker is decided; the bytes before `undecided` belong to none.
        case none(undecided: Int)
    }

    private let markers: [[UInt8]]
    private let isFirstByte: [Bool]

    /// Empty markers are never found; where two begin at one place the longer one is.
    init(_ markers: [String]) {
        self.markers = markers.map { Array($0.utf8) }
        var isFirstByte = [Bool](repeating: false, count: 256)
        for marker in self.markers where !marker.isEmpty { isFirstByte[Int(marker[0])] = true }
        self.isFirstByte = isFirstByte
    }

    /// The first marker at or after `start`; with `isFinal` nothing follows the text, so nothing is left undecided.
    func search(_ text: [UInt8], from start: Int, isFinal: Bool) -> Result {
        var position = start
        while position < text.count {
            if isFirstByte[Int(text[position])] {
                var best: Int?
                for (index, marker) in markers.enumerated() where !marker.isEmpty {
                    let length = min(marker.count, text.count - position)
                    guard text[position..<position + length].elementsEqual(marker[..<length]) else { continue }
                    if length < marker.count {
                        if !isFinal { return .none(undecided: position) }
                    } else if marker.count > best.map({ markers[$0].count }) ?? 0 {
                        best = index
                    }
                }
                if let best { return .found(marker: best, range: position..<position + markers[best].count) }
            }
            position += 1
        }
        return .none(undecided: text.count)
    }
}
