import MartletChat
extension ChatTemplate { var readsContentParts: Bool { false } }
extension ChatRenderRequest { var continueFinalMessage: Bool { get { false } set {} } }
