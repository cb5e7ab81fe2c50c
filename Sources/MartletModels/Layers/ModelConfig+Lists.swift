internal import MartletJSON
internal import MartletModelIR

extension ModelConfig {
    /// The integers of an array, or nil when the key is absent or null.
    func ints(_ key: String) throws(ModelError) -> [Int]? {
        guard let value = present(key) else { return nil }
        guard let elements = value.arrayValue else {
            throw error(key, "expected an array of integers, found \(value.kindName)")
        }
        var ints: [Int] = []
        for element in elements {
            guard let int = element.intValue else {
                throw error(key, "expected integers, found \(element.kindName)")
            }
            ints.append(int)
        }
        return ints
    }

    /// Takes note of keys that this family has and that change nothing when tokens are predicted.
    func readWithoutEffect(_ keys: String...) { for key in keys { _ = present(key) } }
}
