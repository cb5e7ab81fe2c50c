/// Goes over the elements of anything that can be iterated over.
struct ElementCursor {
    private enum Source {
        case array([Value])
        case iterator(IteratorValue)
        case loop(LoopState)
    }

    private let source: Source
    private var index = 0

    init(_ elements: [Value]) { source = .array(elements) }
    init(_ iterator: IteratorValue) { source = .iterator(iterator) }
    init(_ loop: LoopState) { source = .loop(loop) }

    /// How many elements there are in all; nil where only going over them tells.
    var count: Int? {
        if case .array(let elements) = source { return elements.count }
        return nil
    }

    mutating func next() throws(ChatTemplateError) -> Value? {
        switch source {
        case .array(let elements):
            guard index < elements.count else { return nil }
            index += 1
            return elements[index - 1]
        case .iterator(let iterator): return try iterator.next()
        case .loop(let loop):
            guard let element = try loop.advance() else { return nil }
            return .tuple(ListValue([element, .loop(loop)]))
        }
    }
}
