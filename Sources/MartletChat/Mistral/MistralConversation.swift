/// The messages in the form in which they are spelled: neighbours of one role joined, results in the order of calls.
///
/// **Source** mistral_common `InstructRequestNormalizer` and its successors up to V15.
struct MistralConversation {
    /// The system's words where the version puts them into a user message.
    private(set) var systemPrompt: String?
    private(set) var messages: [MistralMessage] = []
    private let version: MistralVersion

    init(_ messages: [MistralMessage], version: MistralVersion) throws(MistralChatError) {
        self.version = version
        if version < .v7 { systemPrompt = joinedSystemPrompt(messages) }
        var latestCallIDs: [[UInt8]] = []
        var start = 0
        while start < messages.count {
            let role = messages[start].role
            let end = messages[start...].firstIndex { $0.role != role } ?? messages.count
            append(Array(messages[start..<end]), role, latestCallIDs)
            if role == .assistant {
                latestCallIDs += messages[start..<end].flatMap(\.toolCalls).map { Array($0.id.utf8) }
            }
            if role == .tool { latestCallIDs = [] }
            start = end
        }
        let startsWell = version >= .v7 ? !self.messages.isEmpty : self.messages.first?.role == .user
        if !startsWell {
            self.messages.insert(MistralMessage(role: .user, content: .text(""), index: 0), at: 0)
        }
    }

    private mutating func append(
        _ group: [MistralMessage], _ role: MistralMessage.Role, _ latestCallIDs: [[UInt8]]
    ) {
        var first = group[0]
        switch role {
        case .system:
            if version >= .v7 { messages += group.map(joinedAlone) }
        case .tool:
            let results = group.map(joinedAlone)
            messages += version >= .v11 ? Self.sorted(results, by: latestCallIDs) : results
        case .user:
            first.content = joined(group)
            messages.append(first)
        case .assistant:
            first.content = joined(group)
            first.toolCalls = group.flatMap(\.toolCalls)
            first.isPrefix = group.contains(where: \.isPrefix)
            messages.append(first)
        }
    }

    private func joinedAlone(_ message: MistralMessage) -> MistralMessage {
        var message = message
        message.content = joined([message])
        return message
    }

    /// In the order of the calls, those of unknown calls last.
    private static func sorted(_ results: [MistralMessage], by callIDs: [[UInt8]]) -> [MistralMessage] {
        let places = Dictionary(callIDs.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
        let keyed = results.enumerated().map { position, result in
            (places[Array((result.toolCallID ?? MistralToolCall.noID).utf8)] ?? .max, position)
        }
        return keyed.sorted(by: <).map { results[$0.1] }
    }

    private func joinedSystemPrompt(_ messages: [MistralMessage]) -> String? {
        let prompts = messages.filter { $0.role == .system && !$0.content.isEmpty }.map { message in
            if case .text(let text) = joined([message]) { text } else { "" }
        }
        return prompts.isEmpty ? nil : prompts.joined(separator: "\n\n")
    }

    /// The contents as one: texts that touch are joined, other chunks stay between them.
    private func joined(_ messages: [MistralMessage]) -> MistralMessage.Content {
        var chunks: [MistralMessage.Chunk] = []
        var text: String?
        for message in messages {
            var startsMessage = text != nil
            let parts: [MistralMessage.Chunk] =
                switch message.content {
                case .none: []
                case .text(let text): [.text(text)]
                case .chunks(let chunks): chunks
                }
            for part in parts {
                switch part {
                case .text(""): break
                case .text(let added):
                    let separator = startsMessage || version < .v15 ? "\n\n" : ""
                    text = text.map { $0 + separator + added } ?? added
                    startsMessage = false
                case .thinking:
                    if let text { chunks.append(.text(text)) }
                    text = nil
                    chunks.append(part)
                }
            }
        }
        if chunks.isEmpty { return .text(text ?? "") }
        if let text { chunks.append(.text(text)) }
        return .chunks(chunks)
    }
}
