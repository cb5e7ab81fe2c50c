/// Makes the ids of calls.
struct ToolCallIDMaker: Sendable {
    enum Style: Sendable {
        /// `chatcmpl-tool-` and 32 hexadecimal digits, as vLLM's.
        case uuid
        /// Nine letters and digits: all that Mistral's templates accept.
        case mistral
    }

    let style: Style
    private var randomness: any RandomNumberGenerator & Sendable

    init(style: Style, randomness: any RandomNumberGenerator & Sendable) {
        self.style = style
        self.randomness = randomness
    }

    mutating func next() -> String {
        switch style {
        case .uuid: "chatcmpl-tool-" + draw(32, from: "0123456789abcdef")
        case .mistral: draw(9, from: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        }
    }

    private mutating func draw(_ count: Int, from alphabet: String) -> String {
        let letters = Array(alphabet.utf8)
        let drawn = (0..<count).map { _ in letters[Int(randomness.next(upperBound: UInt64(letters.count)))] }
        return String(decoding: drawn, as: UTF8.self)
    }
}
