/// Goes over the elements of anything that can be iterated over.
struct ElementCursor {
    private enum Source {
        case array([Value])
        case range(start: Int, step: Int, count: Int)
        case iterator(IteratorValue)
        case loop(LoopState)
    }

    private let source: Source
    private var index = 0

    init(_ elements: [Value]) { source = .array(elements) }
    init(_ iterator: IteratorValue) { source = .iterator(iterator) }
    init(_ loop: LoopState) { source = .loop(loop) }

    /// `count` integers from `start` on.
    init(start: Int, step: Int, count: Int) { source = .range(start: start, step: step, count: count) }

    /// How many elements there are in all; nil where only going over them tells.
    var count: Int? {
        switch source {
        case .array(let elements): elements.count
        case .range(_, _, let count): count
        case .iterator, .loop: nil
        }
    }

    mutating func next() throws(ChatTemplateError) -> Value? {
        switch source {
        case .array(let elements):
            guard index < elements.count else { return nil }
            index += 1
            return elements[index - 1]
        case .range(let start, let step, let count):
            guard index < count else { return nil }
            index += 1
            return .integer(start + (index - 1) * step)
        case .iterator(let iterator): return try iterator.next()
        case .loop(let loop):
            guard let element = try loop.advance() else { return nil }
            return .tuple(ListValue([element, .loop(loop)]))
        }
    }
}
