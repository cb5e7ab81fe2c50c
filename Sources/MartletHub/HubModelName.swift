/// A model on the hub as users write it: `organisation/name`, optionally with a GGUF or ggml file or a tag of its name.
///
/// `org/name:Q4_K_M` is the GGUF file with that tag, `org/name:model.Q4_K_M.gguf` the file of that name, `org/name:base.en`
/// whisper.cpp's `ggml-base.en.bin`.
public struct HubModelName: Hashable, Sendable, CustomStringConvertible {
    /// `organisation/name`.
    public let repository: String
    /// A GGUF or ggml file or a part of its name, nil for the whole model.
    public let file: String?

    /// Reads a name.
    ///
    /// **Throws** `invalidName` when the text is no such name.
    /// **Source** huggingface_hub `_validators.py` `validate_repo_id`; a namespace is demanded here.
    public init(_ text: String) throws(HubError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isName), !parts[0].contains("--"), !parts[0].contains(".."),
            parts.count == 1 || !parts[1].isEmpty
        else {
            throw .invalidName(
                "\"\(text)\" is no model name; expected organisation/name, made of letters, digits, '-', '_' and '.'")
        }
        repository = String(parts[0])
        file = parts.count == 2 ? String(parts[1]) : nil
    }

    /// The name as it was written.
    public var description: String { file.map { "\(repository):\($0)" } ?? repository }

    private static func isName(_ name: Substring) -> Bool {
        guard (1...96).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last else {
            return false
        }
        return isWord(first) && isWord(last)
            && name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
