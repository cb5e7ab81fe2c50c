/// The `loop` variable.
final class LoopState {
    let items: [Value]
    /// The current element, from 0.
    var index = 0
    let depth: Int
    /// The loop itself, which `loop(…)` runs again on other elements.
    let loop: Loop
    let scope: Scope
    /// The last arguments of `loop.changed`.
    var lastChecked: Value?

    init(items: [Value], depth: Int, loop: Loop, scope: Scope) {
        self.items = items
        self.depth = depth
        self.loop = loop
        self.scope = scope
    }

    /// The attribute `name`; nil for methods and names it does not have.
    func attribute(_ name: String) -> Value? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(items.count - index)
        case "revindex0": .integer(items.count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == items.count - 1)
        case "length": .integer(items.count)
        case "depth": .integer(depth + 1)
        case "depth0": .integer(depth)
        case "previtem":
            index > 0
                ? items[index - 1] : .undefined(UndefinedValue("there is no previous item"))
        case "nextitem":
            index + 1 < items.count
                ? items[index + 1] : .undefined(UndefinedValue("there is no next item"))
        default: nil
        }
    }
}
