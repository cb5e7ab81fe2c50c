/// What stands before a Harmony message's text: role, channel, recipient and the kind of the text.
struct HarmonyHeader: Sendable {
    private enum Field {
        case role, channel, constraint
    }

    /// Where a message's text goes.
    enum Destination: Equatable {
        case reasoning, content
        /// A call of a function.
        case call(name: String)
        /// A message to a tool that is no function of the request: shown as it is.
        case unknown
    }

    private var field: Field
    private var role: [UInt8] = []
    private var channel: [UInt8] = []
    private var constraint: [UInt8] = []
    /// Whether a marker has shown that this is a header at all.
    private var isMarked: Bool

    init() { self.init(field: .role, isMarked: false) }

    private init(field: Field, isMarked: Bool) {
        self.field = field
        self.isMarked = isMarked
    }

    mutating func append(_ text: ArraySlice<UInt8>) {
        switch field {
        case .role: role += text
        case .channel: channel += text
        case .constraint: constraint += text
        }
    }

    mutating func beginRole() { self = HarmonyHeader(field: .role, isMarked: true) }

    mutating func beginChannel() {
        field = .channel
        isMarked = true
    }

    mutating func beginConstraint() {
        field = .constraint
        isMarked = true
    }

    /// Whether there is nothing in it to show if it is cut off.
    var isBare: Bool {
        recipient == nil && Self.words(role).count < (isMarked ? 2 : 1) && Self.words(channel).count < 2
            && Self.words(constraint).count < 2
    }

    /// Whether a header can begin so: with a marker or with a recipient.
    var isPlausible: Bool {
        let text = role.drop { $0 <= 0x20 }
        return isMarked || text.starts(with: "to=".utf8) || "to=".utf8.starts(with: text)
    }

    /// The recipient named in the role or the channel part.
    var recipient: String? {
        for part in [role, channel] {
            for word in Self.words(part) where word.starts(with: "to=".utf8) {
                return String(decoding: word.dropFirst(3), as: UTF8.self)
            }
        }
        return nil
    }

    /// As vLLM's `HarmonyParser` decides; a message without a channel is content.
    var destination: Destination {
        if let recipient, let name = Self.function(recipient) { return .call(name: name) }
        let channel = Self.words(channel).first.map { String(decoding: $0, as: UTF8.self) }
        if channel == "analysis" { return .reasoning }
        return recipient == nil || channel == "final" ? .content : .unknown
    }

    /// The function a recipient names; the tools built into the models are none.
    private static func function(_ recipient: String) -> String? {
        let prefix = "functions."
        if recipient.hasPrefix(prefix) {
            return recipient == prefix ? nil : String(recipient.dropFirst(prefix.count))
        }
        let first = recipient.prefix { $0 != "." }
        return ["", "assistant", "browser", "python", "container"].contains(String(first)) ? nil : recipient
    }

    private static func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] { text.split { $0 <= 0x20 } }
}
