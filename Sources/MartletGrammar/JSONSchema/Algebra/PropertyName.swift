/// The name of a property, compared by its scalars: Swift's own `==` takes canonically equivalent strings for equal, JSON
/// does not.
struct PropertyName: Hashable, Comparable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: PropertyName, right: PropertyName) -> Bool {
        guard left.text.utf8.count == right.text.utf8.count else { return false }
        var (first, second) = (left.text, right.text)
        return first.withUTF8 { bytes in second.withUTF8 { bytes.elementsEqual($0) } }
    }

    static func < (left: PropertyName, right: PropertyName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
