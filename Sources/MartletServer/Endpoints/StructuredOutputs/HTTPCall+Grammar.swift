import HTTPTypes
import HummingbirdCore
import Martlet
import MartletGrammar
import MartletJSON

extension HTTPCall {
    /// The grammar of what a request asks of its output, before anything of the answer is sent.
    func grammar(
        for output: StructuredOutput?, on model: ModelChoice<any ServingEngine>.Model
    ) async throws(APIError) -> CompiledGrammar? {
        guard let output else { return nil }
        let engine = model.engine
        let metrics = model.ready.metrics
        return try await generate { () async throws(APIError) in
            do throws(LLMError) {
                return try await engine.grammar(for: output)
            } catch {
                let apiError = APIError(error, promptParam: output.param)
                metrics.countRejection(apiError.code ?? "invalid_request")
                throw apiError
            }
        }
    }
}

extension Response {
    /// Names the keywords of a schema that the server was told to ignore and did.
    mutating func reportIgnoredKeywords(of grammar: CompiledGrammar?) {
        if let ignored = grammar?.ignoredKeywordsJSON {
            headers[.ignoredKeywords] = JSONWriter.string(ignored).asciiJSON
        }
    }
}

extension CompiledGrammar {
    /// `[{"pointer", "keyword"}]`; nil where nothing was ignored.
    var ignoredKeywordsJSON: JSONValue? {
        if ignoredKeywords.isEmpty { return nil }
        return .array(ignoredKeywords.map { ["pointer": .string($0.pointer), "keyword": .string($0.keyword)] })
    }
}

extension String {
    /// JSON text with all characters that headers cannot carry as escapes.
    fileprivate var asciiJSON: String {
        var text = ""
        for unit in utf16 {
            if unit < 0x7F, let scalar = Unicode.Scalar(unit) {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}

extension HTTPField.Name {
    /// Keywords of the schema that were ignored.
    static let ignoredKeywords = HTTPField.Name("x-martlet-ignored-keywords")!
}
