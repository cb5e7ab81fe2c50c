import MartletJSON

extension JSONReader {
    /// Nesting no honest request reaches; keeps the recursion shallow.
    private static let maxRequestDepth = 64

    /// The object a request body must be.
    static func requestObject(_ body: [UInt8]) throws(APIError) -> JSONObject {
        let value: JSONValue
        do {
            value = try parse(body, maxDepth: maxRequestDepth)
        } catch {
            throw .badRequest("The request body is \(error).", code: "invalid_json")
        }
        guard case .object(let object) = value else {
            throw .badRequest("The request body must be a JSON object, not \(value.kindName).", code: "invalid_json")
        }
        return object
    }
}
