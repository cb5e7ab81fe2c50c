internal import MartletJSON

extension QuantizationConfig {
    /// An object of the configuration with the path that leads to it, for messages.
    struct Section {
        let path: String
        let origin: String
        /// Nil where the value is no object.
        let json: JSONObject?

        func error(_ key: String?, _ message: String) -> CheckpointError {
            .unsupported(file: origin, message: "\(key.map { "\(path).\($0)" } ?? path): \(message)")
        }

        /// A string, or nil when absent or null.
        func string(_ key: String) throws(CheckpointError) -> String? {
            guard let value = json?[key], !value.isNull else { return nil }
            guard let string = value.stringValue else { throw error(key, "expected a string, found \(value.kindName)") }
            return string
        }

        /// An object, or nil when absent or null.
        func object(_ key: String) throws(CheckpointError) -> Section? {
            guard let value = json?[key], !value.isNull else { return nil }
            guard let object = value.objectValue else {
                throw error(key, "expected an object, found \(value.kindName)")
            }
            return Section(path: "\(path).\(key)", origin: origin, json: object)
        }

        /// Rows and columns from an array of two.
        func block(_ key: String, _ value: JSONValue) throws(CheckpointError) -> Block {
            let sizes = value.arrayValue?.compactMap(\.intValue) ?? []
            guard sizes.count == 2, value.arrayValue?.count == 2, sizes.allSatisfy({ (1...1 << 30).contains($0) })
            else { throw error(key, "expected two integers from 1 to 2^30") }
            return Block(rows: sizes[0], columns: sizes[1])
        }
    }
}
