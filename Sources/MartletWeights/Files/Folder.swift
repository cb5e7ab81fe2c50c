import Glibc
internal import MartletJSON

/// What lies directly in a folder.
public struct Folder: Sendable {
    let path: String
    /// Sorted names without `.` and `..`.
    public let names: [String]

    /// Lists a folder.
    ///
    /// **Throws** `unreadable` when there is none or it cannot be listed.
    public init(path: String) throws(CheckpointError) {
        guard let handle = opendir(path) else {
            throw .unreadable(path: path, message: "cannot list the folder: \(MappedFile.reason(errno))")
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        self.path = path
        self.names = names.sorted()
    }

    func contains(_ name: String) -> Bool { names.contains(name) }

    func path(of name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    /// The text of a file in this folder, nil when there is none.
    func text(of name: String) throws(CheckpointError) -> [UInt8]? {
        guard contains(name) else { return nil }
        return try MappedFile(path: path(of: name)).withBytes { Array($0) }
    }

    /// The JSON object in a file of this folder, nil when there is no such file.
    func object(in name: String) throws(CheckpointError) -> JSONObject? {
        guard let text = try text(of: name) else { return nil }
        let value: JSONValue
        do {
            value = try JSONReader.parse(text)
        } catch {
            throw .malformed(file: path(of: name), message: error.description)
        }
        guard let object = value.objectValue else {
            throw .malformed(file: path(of: name), message: "expected a JSON object, found \(value.kindName)")
        }
        return object
    }
}
