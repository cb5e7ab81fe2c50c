/// How requests for a Mistral model are spelled, as mistral_common numbers its tokenizers.
public enum MistralVersion: Int, Comparable, CaseIterable, Sendable {
    case v1 = 1
    case v2 = 2
    case v3 = 3
    case v7 = 7
    case v11 = 11
    case v13 = 13
    case v15 = 15

    /// The version of a name such as "v7".
    public init?(_ name: String) {
        guard let version = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = version
    }

    /// The version's name, for instance "v7".
    public var name: String { "v\(rawValue)" }

    /// Older before newer.
    public static func < (left: MistralVersion, right: MistralVersion) -> Bool { left.rawValue < right.rawValue }
}
