/// The `loop` variable.
final class LoopState {
    /// The current element's number, from 0.
    @exclusivity(unchecked) private(set) var index = -1
    let depth: Int
    /// The loop itself, which `loop(…)` runs again on other elements.
    let loop: Loop
    /// The variables around a recursive loop, while it runs.
    var activation: Activation?
    /// The last arguments of `loop.changed`.
    var lastChecked: Value?

    @exclusivity(unchecked) private var cursor: ElementCursor
    private(set) var knownLength: Int?
    /// Elements that were taken before their turn.
    @exclusivity(unchecked) private var ahead: [Value] = []
    @exclusivity(unchecked) private var current: Value?
    @exclusivity(unchecked) private var previous: Value?

    init(_ cursor: ElementCursor, depth: Int, loop: Loop, activation: Activation?) {
        self.cursor = cursor
        knownLength = cursor.count
        self.depth = depth
        self.loop = loop
        self.activation = activation
    }

    /// The next element, which becomes the current one.
    func advance() throws(ChatTemplateError) -> Value? {
        guard let element = ahead.isEmpty ? try cursor.next() : ahead.removeFirst() else { return nil }
        index += 1
        previous = current
        current = element
        return element
    }

    private func peek() throws(ChatTemplateError) -> Value? {
        if ahead.isEmpty, let element = try cursor.next() { ahead.append(element) }
        return ahead.first
    }

    /// How many elements there are; lazy ones are all taken for it.
    func length() throws(ChatTemplateError) -> Int {
        if let knownLength { return knownLength }
        while let element = try cursor.next() { ahead.append(element) }
        let rest = ahead
        ahead = []
        cursor = ElementCursor(rest)
        knownLength = index + 1 + rest.count
        return index + 1 + rest.count
    }

    /// The attribute `name`; nil for methods and names it does not have.
    func attribute(_ name: String) throws(ChatTemplateError) -> Value? {
        switch name {
        case "index": return .integer(index + 1)
        case "index0": return .integer(index)
        case "revindex": return .integer(try length() - index)
        case "revindex0": return .integer(try length() - index - 1)
        case "first": return .bool(index == 0)
        case "last": return .bool(try peek() == nil)
        case "length": return .integer(try length())
        case "depth": return .integer(depth + 1)
        case "depth0": return .integer(depth)
        case "previtem":
            return index > 0 ? previous : .undefined(UndefinedValue("there is no previous item"))
        case "nextitem": return try peek() ?? .undefined(UndefinedValue("there is no next item"))
        default: return nil
        }
    }
}
