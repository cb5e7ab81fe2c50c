import HTTPTypes

/// The keys that open this server; without any it is open.
struct APIKeys: Sendable {
    private let keys: [[UInt8]]

    init(_ keys: [String]) { self.keys = keys.map { Array($0.utf8) } }

    /// Whether the `Authorization` header carries one of the keys.
    func admit(_ headers: HTTPFields) -> Bool {
        guard !keys.isEmpty else { return true }
        guard let header = headers[.authorization] else { return false }
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        let candidate = Array(parts[1].utf8)
        // No early exit: the time must not tell which key or how much of it was right.
        var isAdmitted = false
        for key in keys where Self.equal(key, candidate) { isAdmitted = true }
        return isAdmitted
    }

    /// Compares in a time that depends on the lengths only.
    private static func equal(_ key: [UInt8], _ candidate: [UInt8]) -> Bool {
        guard !key.isEmpty else { return false }
        var difference = UInt(key.count ^ candidate.count)
        for (index, byte) in candidate.enumerated() { difference |= UInt(byte ^ key[index % key.count]) }
        return difference == 0
    }
}
