import MartletJSON

/// JSON objects on the standard input, one a line, and an answer each on the standard output.
struct JSONLines {
    let console: Console

    /// Answers every line but blank ones with what `body` makes of its object; a line that is none, or for which
    /// `body` throws, is answered with `{"error": ...}`, so that answers and lines stay in step.
    ///
    /// Returns false when there was such a line.
    func answer(_ body: (JSONObject) throws -> JSONValue) -> Bool {
        var allGood = true
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) { continue }
            let answer: JSONValue
            do {
                guard case .object(let object) = try JSONReader.parse(line) else {
                    throw CLIError("expected a JSON object")
                }
                answer = try body(object)
            } catch {
                allGood = false
                answer = ["error": .string((error as? CLIError)?.message ?? "\(error)")]
            }
            console.out(JSONWriter.string(answer) + "\n")
        }
        return allGood
    }
}

extension JSONObject {
    /// The string member `key`, which must be there.
    func requiredString(_ key: String) throws(CLIError) -> String {
        guard let value = self[key] else { throw CLIError("\(key) is missing") }
        guard let text = value.stringValue else { throw CLIError("\(key) must be a string, not \(value.kindName)") }
        return text
    }
}
