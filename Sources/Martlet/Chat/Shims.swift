import MartletChat
enum OutputFormats { static func detect(chatTemplate: String, hasToken: (String) -> Bool) -> (toolCalls: ToolCallFormat?, reasoning: ReasoningFormat?) { (nil, nil) } }
extension ReasoningFormat { func startsInReasoning(afterPrompt: String) -> Bool? { nil } }
extension ChatTemplate { var readsContentParts: Bool { false } }
