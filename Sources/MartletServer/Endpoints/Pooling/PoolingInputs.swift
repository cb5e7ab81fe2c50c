import Martlet
import MartletJSON

extension FieldReader {
    /// Most inputs of one request.
    static let maxInputs = 4096

    /// A text, an array of texts, an array of token ids or an array of those.
    mutating func poolingInputs(_ key: String) throws(APIError) -> [PoolingInput] {
        guard let value = value(key) else {
            throw .badRequest("`\(key)` is required", param: key, code: "missing_required_parameter")
        }
        let inputs = try Self.poolingInputs(value, key)
        guard !inputs.isEmpty, inputs.count <= Self.maxInputs else {
            throw .badRequest(
                "`\(key)` must hold 1 to \(Self.maxInputs) inputs, not \(inputs.count)", param: key,
                code: "invalid_value")
        }
        return inputs
    }

    private static func poolingInputs(_ value: JSONValue, _ key: String) throws(APIError) -> [PoolingInput] {
        if let text = value.stringValue { return [.text(text)] }
        guard case .array(let elements) = value else { throw wrongInput(value, key) }
        if case .integer? = elements.first { return [.tokenIDs(try tokenIDs(elements, param: key))] }
        var inputs: [PoolingInput] = []
        inputs.reserveCapacity(elements.count)
        for element in elements {
            switch element {
            case .string(let text): inputs.append(.text(text))
            case .array(let ids): inputs.append(.tokenIDs(try tokenIDs(ids, param: key)))
            default: throw wrongInput(element, key)
            }
        }
        return inputs
    }

    private static func wrongInput(_ value: JSONValue, _ key: String) -> APIError {
        .badRequest(
            "`\(key)` must be a string, an array of strings, an array of token ids or an array of those; found "
                + value.kindName, param: key, code: "invalid_type")
    }
}
