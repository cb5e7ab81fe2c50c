import MartletGrammar
import MartletJSON

/// What `martlet grammar explain` tells of a schema.
struct GrammarExplanation {
    private(set) var entries: [SchemaExplanation.Entry] = []
    /// Why it is refused.
    private(set) var error: GrammarError?
    private(set) var samples: [String] = []
    /// In milliseconds.
    private(set) var compileTime: Double?
    /// In microseconds, over the samples.
    private(set) var firstMaskTime: Double?

    init(of schema: JSONValue, numSamples: Int, seed: UInt64) {
        do throws(GrammarError) {
            entries = try SchemaExplanation(of: schema).entries
            let compiler = GrammarCompiler(vocabulary: .bytes)
            let start = ContinuousClock.now
            let grammar = try compiler.compile(.jsonSchema(schema))
            compileTime = (ContinuousClock.now - start).seconds * 1000
            firstMaskTime = try Self.firstMask(grammar)
            // White space would be most of what is drawn.
            var options = GrammarOptions()
            options.whitespace = .none
            var sampler = GrammarSampler(try compiler.compile(.jsonSchema(schema), options: options), seed: seed)
            for _ in 0..<20 * numSamples where samples.count < numSamples {
                if let sample = try sampler.next(), !samples.contains(sample) { samples.append(sample) }
            }
        } catch {
            self.error = error
        }
    }

    private static func firstMask(_ grammar: CompiledGrammar) throws(GrammarError) -> Double {
        let matcher = GrammarMatcher(grammar)
        var mask = TokenBitmask(count: TokenVocabulary.bytes.tokens.count)
        var failure: GrammarError?
        let start = ContinuousClock.now
        mask.words.withUnsafeMutableBufferPointer { words in
            do throws(GrammarError) { try matcher.fillBitmask(words) } catch { failure = error }
        }
        if let failure { throw failure }
        return (ContinuousClock.now - start).seconds * 1e6
    }

    /// For people.
    var text: String {
        var lines = entries.map { entry in
            let place = entry.pointer.isEmpty ? "/" : entry.pointer
            let note = entry.note.map { " (\($0))" } ?? ""
            return "\(entry.treatment.rawValue.padded(to: 11)) \(entry.keyword.padded(to: 22)) \(place)\(note)"
        }
        if let error {
            lines.append("refused: \(error)")
        } else {
            lines += ["", "texts it allows:"] + samples.map { "  " + $0 }
            lines += [
                "",
                "compiled in \(compileTime ?? 0, decimals: 2) ms, first mask in \(firstMaskTime ?? 0, decimals: 0) us",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For programs.
    var json: JSONValue {
        var object = JSONObject()
        object["keywords"] = .array(
            entries.map { entry in
                [
                    "pointer": .string(entry.pointer), "keyword": .string(entry.keyword),
                    "treatment": .string(entry.treatment.rawValue), "note": entry.note.map { .string($0) } ?? .null,
                ]
            })
        object["compiled"] = .bool(error == nil)
        object["error"] = error.map(\.json) ?? .null
        object["samples"] = .array(samples.map { .string($0) })
        object["compile_ms"] = compileTime.map { .double($0) } ?? .null
        object["first_mask_us"] = firstMaskTime.map { .double($0) } ?? .null
        return .object(object)
    }
}

extension GrammarError {
    /// `{"pointer", "keyword", "message"}`.
    var json: JSONValue {
        [
            "pointer": pointer.map { .string($0) } ?? .null, "keyword": keyword.map { .string($0) } ?? .null,
            "message": .string(message),
        ]
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension String.StringInterpolation {
    fileprivate mutating func appendInterpolation(_ value: Double, decimals: Int) {
        let scale = decimals == 0 ? 1.0 : 100.0
        let rounded = (value * scale).rounded() / scale
        appendInterpolation(decimals == 0 ? "\(Int(rounded))" : "\(rounded)")
    }
}
