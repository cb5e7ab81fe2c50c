/// Reads calls that stand between two markers, all of which is read at once when the closing one is there.
struct FramedCallSyntax: ToolCallSyntax {
    typealias Reader = @Sendable (_ body: ArraySlice<UInt8>) -> [FoundCall]?

    let openers: [String]
    private let closer: MarkerSet
    private let delimiters: MarkerSet
    private let reader: Reader
    private var opener = 0
    private var offset = 0
    /// Within delimiters, where a closing marker is text.
    private var isDelimited = false

    /// - Parameter delimiter: what encloses texts in which the closing marker does not count; empty for none.
    init(opener: String, closer: String, delimiter: String = "", reader: @escaping Reader) {
        openers = [opener]
        self.closer = MarkerSet([closer, delimiter])
        delimiters = MarkerSet([delimiter])
        self.reader = reader
    }

    mutating func begin(opener: Int, isAtStart: Bool) {
        self.opener = openers[opener].utf8.count
        offset = self.opener
        isDelimited = false
    }

    mutating func read(_ text: ArraySlice<UInt8>, isFinal: Bool) -> CandidateState {
        // Only what was not searched yet is copied.
        let origin = offset
        let bytes = Array(text.dropFirst(origin))
        while true {
            switch (isDelimited ? delimiters : closer).search(bytes, from: offset - origin, isFinal: isFinal) {
            case .none(let undecided):
                offset = origin + undecided
                return .incomplete
            case .found(let marker, let range):
                offset = origin + range.upperBound
                guard !isDelimited, marker == 0 else {
                    isDelimited.toggle()
                    continue
                }
                let end = text.startIndex + offset
                guard let calls = reader(text[(text.startIndex + opener)..<(end - range.count)]) else {
                    return .content(end: end)
                }
                return .calls(calls, end: end, continues: false)
            }
        }
    }
}
