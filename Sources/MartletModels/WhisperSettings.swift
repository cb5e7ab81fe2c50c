internal import MartletJSON
internal import MartletModelIR

/// The members of generation_config.json, and of config.json where older checkpoints keep them.
struct WhisperSettings {
    let config: ModelConfig
    let generationConfig: JSONObject?

    /// A member that is neither absent nor null.
    func present(_ key: String) -> JSONValue? {
        if let value = generationConfig?[key], !value.isNull { return value }
        return config.present(key)
    }

    func bool(_ key: String) throws(ModelError) -> Bool? {
        guard let value = present(key) else { return nil }
        guard let bool = value.boolValue else {
            throw config.error(key, "expected true or false, found \(value.kindName)")
        }
        return bool
    }

    func int(_ key: String) throws(ModelError) -> Int? {
        guard let value = present(key) else { return nil }
        guard let int = value.intValue, int >= 0 else {
            throw config.error(key, "expected a number from 0, found \(JSONWriter.string(value))")
        }
        return int
    }

    /// A list of token ids; -1 may stand for a usual set.
    func tokens(_ key: String, vocabSize: Int) throws(ModelError) -> [Int32]? {
        guard let value = present(key) else { return nil }
        var tokens: [Int32] = []
        for element in value.arrayValue ?? [value] {
            guard let id = element.intValue, (-1..<vocabSize).contains(id) else {
                throw config.error(
                    key, "expected token ids below \(vocabSize), found \(JSONWriter.string(element))")
            }
            tokens.append(Int32(id))
        }
        return tokens
    }
}
