internal import MartletModelIR

/// How many experts there are and how many a token takes, under the names a family has for them.
struct ExpertSettings: Hashable, Sendable {
    /// Experts of a layer; 0 for none.
    let count: Int
    /// Experts a token takes.
    let topK: Int
    /// Columns between an expert's two products.
    let width: Int

    /// More experts of a layer, and of all layers, than any checkpoint has.
    private static let countLimit = 8192
    private static let totalLimit = 1 << 20

    /// The keys a family writes, each with other names of it that are read as well, and their defaults.
    struct Keys {
        var count: (names: [String], default: Int?)
        var topK: (names: [String], default: Int?)
        var width: (name: String, default: Int?)
    }

    init(config: ModelConfig, layers: Int, _ keys: Keys) throws(ModelError) {
        count = try config.count(keys.count.names, default: keys.count.default, limit: Self.countLimit)
        guard count * layers <= Self.totalLimit else {
            throw config.error(keys.count.names[0], "\(count) experts in each of \(layers) layers are too many")
        }
        topK = try config.count(keys.topK.names, default: keys.topK.default, limit: Self.countLimit)
        width = try config.size(keys.width.name, default: keys.width.default)
        guard count == 0 || topK > 0 && topK <= count else {
            throw config.error(keys.topK.names[0], "expected 1 to the \(count) experts there are, found \(topK)")
        }
    }
}

extension ModelConfig {
    /// A count from 0 to `limit` that goes by several names, which must not contradict each other.
    func count(_ names: [String], default fallback: Int?, limit: Int) throws(ModelError) -> Int {
        var found: (name: String, value: Int)?
        for name in names where present(name) != nil {
            let value = try int(name)
            guard value >= 0, value <= limit else { throw error(name, "expected 0 to \(limit), found \(value)") }
            if let found, found.value != value {
                throw error(name, "\(value) contradicts \(found.name), which is \(found.value)")
            }
            found = (name, value)
        }
        if let found { return found.value }
        return try int(names[0], default: fallback)
    }
}
