/// The elements of a lazy sequence, which are made when they are asked for and can be gone through once.
final class IteratorValue {
    /// Gives the next element, or nil after the last.
    typealias Next = () throws(ChatTemplateError) -> Value?

    let typeName: String
    let extent: ValueExtent
    private var advance: Next?

    /// A sequence over `source`, of which it holds on to the elements.
    init(over source: Value? = nil, typeName: String = "generator", _ next: @escaping Next) {
        self.typeName = typeName
        var extent = ValueExtent()
        if let source { extent.include(source) }
        self.extent = extent
        advance = next
    }

    /// A sequence of values that are there already.
    convenience init(_ elements: [Value], typeName: String = "generator") {
        var index = 0
        self.init(over: .list(ListValue(elements)), typeName: typeName) {
            guard index < elements.count else { return nil }
            index += 1
            return elements[index - 1]
        }
    }

    /// The next element; after the last, or after an error, there are no more.
    func next() throws(ChatTemplateError) -> Value? {
        guard let advance else { return nil }
        do throws(ChatTemplateError) {
            if let element = try advance() { return element }
        } catch {
            self.advance = nil
            throw error
        }
        self.advance = nil
        return nil
    }
}
