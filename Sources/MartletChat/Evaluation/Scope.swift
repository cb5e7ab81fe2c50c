/// The variables of one block of a template; names not found are looked for in the block around it.
final class Scope {
    let parent: Scope?
    private var ids: [NameID] = []
    private var values: [Value] = []

    init(parent: Scope?) { self.parent = parent }

    /// The value of a name here or further out.
    func lookup(_ id: NameID) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let index = current.ids.firstIndex(of: id) { return current.values[index] }
            scope = current.parent
        }
        return nil
    }

    /// Sets a name in this block.
    func set(_ id: NameID, _ value: Value) {
        if let index = ids.firstIndex(of: id) {
            values[index] = value
        } else {
            ids.append(id)
            values.append(value)
        }
    }

    /// Forgets all names, which breaks the cycle between a macro and the variables it sees.
    func removeAll() {
        ids = []
        values = []
    }
}
