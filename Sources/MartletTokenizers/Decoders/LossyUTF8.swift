/// Bytes that come in any cuts, as text: U+FFFD stands for what is no UTF-8, a sequence that may go on is held back.
struct LossyUTF8: Sendable {
    /// An unfinished sequence: at most three bytes.
    private var pending: [UInt8] = []
    private var progress = UTF8Progress()

    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// The text that `bytes` make final.
    mutating func text(of bytes: UnsafeBufferPointer<UInt8>) -> String {
        if pending.isEmpty, Self.isWhole(bytes) { return String(decoding: bytes, as: UTF8.self) }
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func isWhole(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var progress = UTF8Progress()
        return bytes.allSatisfy { progress.accept($0) } && progress.isComplete
    }

    /// Appends to `text` what `bytes` make final.
    mutating func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            if !progress.accept(byte) {
                // What began is no sequence, but the byte may begin one.
                if !pending.isEmpty { text += Self.replacement }
                pending.removeAll(keepingCapacity: true)
                progress = UTF8Progress()
                guard progress.accept(byte) else {
                    text += Self.replacement
                    continue
                }
            }
            if progress.isComplete && pending.isEmpty {
                text.append(byte)
            } else {
                pending.append(byte)
                if progress.isComplete {
                    text += pending
                    pending.removeAll(keepingCapacity: true)
                }
            }
        }
    }

    /// Appends to `text` what stands for the bytes that were held back.
    mutating func finish(into text: inout [UInt8]) {
        if !pending.isEmpty { text += Self.replacement }
        self = LossyUTF8()
    }
}
