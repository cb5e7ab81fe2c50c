/// The scalars of common scripts (Unicode's Script property, not Script_Extensions). The standard library does not have
/// them.
enum UnicodeScripts {
    /// The set of a script by its long or short name in lower case.
    static func named(_ name: String) -> ScalarSet? {
        guard let entry = data.first(where: { $0.name == name || $0.short == name }) else { return nil }
        return ScalarSet(
            entry.ranges.split { $0 == " " || $0 == "\n" }.compactMap { text in
                let ends = text.split(separator: "-").compactMap { UInt32($0, radix: 16) }
                guard let first = ends.first, let last = ends.last, first <= last else { return nil }
                return first...last
            })
    }
}
