import ArgumentParser
import MartletJSON

/// Arguments that are JSON objects.
enum JSONObjectArgument {
    /// The object.
    ///
    /// **Throws** for text that is none.
    static func parse(_ text: String) throws -> JSONObject {
        do {
            guard let object = try JSONReader.parse(text).objectValue else {
                throw ValidationError("expected a JSON object, such as '{\"temperature\": 0.2}'")
            }
            return object
        } catch let error as JSONError {
            throw ValidationError("expected a JSON object: \(error)")
        }
    }
}
