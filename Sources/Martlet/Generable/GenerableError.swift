/// Why a value of a type could not be generated.
public enum GenerableError: Error, Hashable, Sendable {
    /// The schema cannot be told from how the type is decoded; `path` leads to the property.
    case underivable(type: String, path: [String], message: String)
    /// The output ended at `maxTokens`, at the context's end or at a stop string before the value was complete.
    case truncated(text: String)
    /// The text is not what the type decodes, or `init(from:)` refused it; `path` leads to the property.
    case undecodable(type: String, path: [String], message: String)
    /// The model did not serve the request.
    case llm(LLMError)
}

extension GenerableError: CustomStringConvertible {
    /// What is wrong, where and what to do.
    public var description: String {
        switch self {
        case .underivable(let type, let path, let message):
            "no JSON Schema can be derived for \(Self.place(type, path)): \(message)"
        case .undecodable(let type, let path, let message): "\(Self.place(type, path)) cannot be decoded: \(message)"
        case .truncated(let text): "the output ended before the value was complete, after \(text.utf8.count) bytes"
        case .llm(let error): error.description
        }
    }

    private static func place(_ type: String, _ path: [String]) -> String {
        path.isEmpty ? type : "\(type) at \(path.joined(separator: "."))"
    }
}

extension GenerableError {
    static func underivable(_ type: any Any.Type, _ path: [any CodingKey] = [], _ message: String) -> GenerableError {
        .underivable(type: "\(type)", path: path.map(\.stringValue), message: message)
    }

    /// An error of `init(from:)`.
    static func undecodable(_ type: any Any.Type, _ error: any Error) -> GenerableError {
        let context = (error as? DecodingError)?.context
        return .undecodable(
            type: "\(type)", path: context?.codingPath.map(\.stringValue) ?? [],
            message: context?.debugDescription ?? "\(error)")
    }

    /// The error as it looks from the type that decodes this one at `path`.
    func within(_ path: [any CodingKey]) -> GenerableError {
        guard case .underivable(let type, let inner, let message) = self else { return self }
        return .underivable(type: type, path: path.map(\.stringValue) + inner, message: message)
    }
}

extension DecodingError {
    /// Where it happened and why.
    var context: Context? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: nil
        }
    }
}
