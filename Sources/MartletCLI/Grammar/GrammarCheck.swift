import MartletGrammar
import MartletJSON

/// Compiles constraints and holds texts against them.
struct GrammarCheck {
    private let tokens: GrammarTokens
    private let compiler: GrammarCompiler

    init(tokens: GrammarTokens, limits: GrammarLimits = GrammarLimits()) {
        self.tokens = tokens
        compiler = GrammarCompiler(vocabulary: tokens.vocabulary, limits: limits)
    }

    /// What came of a line.
    private struct Report {
        var isCompiled = false
        var error: GrammarError?
        var accepted: [Bool] = []
        var ignored: [IgnoredKeyword] = []
        var compileTime: Double?
        /// In microseconds; the first is that of the empty text.
        var maskTimes: [Double] = []
    }

    /// The answer to a line: one line of JSON.
    func answer(_ line: String) -> String {
        var report = Report()
        do {
            guard case .object(let object) = try JSONReader.parse(line) else {
                throw CLIError("expected a JSON object")
            }
            report = check(try GrammarLine(object))
        } catch {
            report.error = GrammarError(.invalid, (error as? CLIError)?.message ?? "\(error)")
        }
        return JSONWriter.string(json(report))
    }

    private func check(_ line: GrammarLine) -> Report {
        var report = Report()
        let start = ContinuousClock.now
        do throws(GrammarError) {
            let grammar = try compiler.compile(line.specification, options: line.options)
            report.compileTime = (ContinuousClock.now - start).seconds * 1000
            report.isCompiled = true
            report.ignored = grammar.ignoredKeywords
            try hold(line, against: grammar, &report)
        } catch {
            if !report.isCompiled { report.compileTime = (ContinuousClock.now - start).seconds * 1000 }
            report.error = error
            // Texts that could not be judged are not accepted.
            while report.accepted.count < line.texts.count { report.accepted.append(false) }
        }
        return report
    }

    private func hold(
        _ line: GrammarLine, against grammar: CompiledGrammar, _ report: inout Report
    ) throws(GrammarError) {
        let matcher = GrammarMatcher(grammar)
        var mask = TokenBitmask(count: tokens.vocabulary.tokens.count)
        var isTag = false
        if case .structuralTag = line.specification { isTag = true }
        if line.texts.isEmpty { try fill(&mask, matcher, &report) }
        for text in line.texts {
            guard let ids = tokens.encode(text, parsesSpecial: isTag) else {
                report.accepted.append(false)
                continue
            }
            matcher.reset()
            report.accepted.append(try accepts(ids, matcher, &mask, &report))
        }
    }

    private func accepts(
        _ ids: [Int], _ matcher: GrammarMatcher, _ mask: inout TokenBitmask, _ report: inout Report
    ) throws(GrammarError) -> Bool {
        for id in ids {
            try fill(&mask, matcher, &report)
            guard mask[id], try matcher.accept(token: id) else { return false }
        }
        try fill(&mask, matcher, &report)
        let ends = tokens.vocabulary.endOfSequence
        // Some tokenizer files do not say which tokens end a text.
        return ends.isEmpty ? matcher.isComplete : ends.contains { mask[$0] }
    }

    private func fill(
        _ mask: inout TokenBitmask, _ matcher: GrammarMatcher, _ report: inout Report
    ) throws(GrammarError) {
        let start = ContinuousClock.now
        var failure: GrammarError?
        mask.words.withUnsafeMutableBufferPointer { words in
            do throws(GrammarError) { try matcher.fillBitmask(words) } catch { failure = error }
        }
        report.maskTimes.append((ContinuousClock.now - start).seconds * 1e6)
        if let failure { throw failure }
    }

    private func json(_ report: Report) -> JSONValue {
        var object = JSONObject()
        object["compiled"] = .bool(report.isCompiled)
        object["error"] = report.error.map(\.json) ?? .null
        object["accepted"] = .array(report.accepted.map { .bool($0) })
        object["compile_ms"] = report.compileTime.map { .double(rounded($0)) } ?? .null
        object["first_mask_us"] = report.maskTimes.first.map { .double(rounded($0)) } ?? .null
        let times = report.maskTimes
        object["mask_us"] =
            times.isEmpty
            ? .null
            : [
                "mean": .double(rounded(times.mean)), "p50": .double(rounded(times.median)),
                "p99": .double(rounded(times.percentile(99))), "max": .double(rounded(times.max() ?? 0)),
            ]
        if !report.ignored.isEmpty {
            object["ignored"] = .array(
                report.ignored.map { ["pointer": .string($0.pointer), "keyword": .string($0.keyword)] })
        }
        return .object(object)
    }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
