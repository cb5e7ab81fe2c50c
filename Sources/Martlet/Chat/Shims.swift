import MartletChat
extension ChatTemplate { var readsContentParts: Bool { false } }
