import ArgumentParser
import MartletGrammar
import MartletJSON

/// Compiles constraints and holds texts against them.
struct GrammarCheck {
    private let tokens: GrammarTokens
    private let compiler: GrammarCompiler
    private let order: PropertyOrder
    private let clock: GrammarClock
    /// What it costs to read the clock, where every time is to be told; nil where a summary is enough.
    private let clockOverhead: Double?

    /// With `timings` every time is told, read from that clock.
    init(
        tokens: GrammarTokens, limits: GrammarLimits = GrammarLimits(), order: PropertyOrder = .any,
        timings: GrammarClock? = nil
    ) {
        self.tokens = tokens
        self.order = order
        clock = timings ?? .wall
        clockOverhead = timings?.overhead
        compiler = GrammarCompiler(vocabulary: tokens.vocabulary, limits: limits)
    }

    /// The order of properties where a line does not say it.
    enum PropertyOrder: String, CaseIterable, ExpressibleByArgument {
        case declared, any
    }

    /// What came of a line.
    private struct Report {
        var isCompiled = false
        var error: GrammarError?
        var accepted: [Bool] = []
        var ignored: [IgnoredKeyword] = []
        /// Of reading the line, in milliseconds; compiling begins after it.
        var parseTime: Double?
        /// In milliseconds.
        var compileTime: Double?
        /// In microseconds, text by text; the first is that of the empty text.
        var maskTimes: [[Double]] = []
        /// Of the tokens that were accepted, in microseconds, text by text.
        var commitTimes: [[Double]] = []
    }

    /// The answer to a line: one line of JSON.
    func answer(_ line: String) -> String {
        var report = Report()
        let start = clock.now
        do {
            guard case .object(let object) = try JSONReader.parse(line) else {
                throw CLIError("expected a JSON object")
            }
            let parseTime = milliseconds(since: start)
            report = check(try GrammarLine(object, anyPropertyOrder: order == .any))
            report.parseTime = parseTime
        } catch {
            report.error = GrammarError(.invalid, (error as? CLIError)?.message ?? "\(error)")
        }
        return JSONWriter.string(json(report))
    }

    private func check(_ line: GrammarLine) -> Report {
        var report = Report()
        let start = clock.now
        do throws(GrammarError) {
            let grammar = try compiler.compile(line.specification, options: line.options)
            report.compileTime = milliseconds(since: start)
            report.isCompiled = true
            report.ignored = grammar.ignoredKeywords
            try hold(line, against: grammar, &report)
        } catch {
            if !report.isCompiled { report.compileTime = milliseconds(since: start) }
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
        if line.texts.isEmpty {
            report.maskTimes.append([])
            try fill(&mask, matcher, &report)
        }
        for text in line.texts {
            report.maskTimes.append([])
            report.commitTimes.append([])
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
            guard mask[id] else { return false }
            let start = clock.now
            guard try matcher.accept(token: id) else { return false }
            report.commitTimes[report.commitTimes.count - 1].append(Double(clock.now - start) / 1000)
        }
        try fill(&mask, matcher, &report)
        let ends = tokens.vocabulary.endOfSequence
        // Some tokenizer files do not say which tokens end a text.
        return ends.isEmpty ? matcher.isComplete : ends.contains { mask[$0] }
    }

    private func fill(
        _ mask: inout TokenBitmask, _ matcher: GrammarMatcher, _ report: inout Report
    ) throws(GrammarError) {
        var failure: GrammarError?
        let start = clock.now
        mask.words.withUnsafeMutableBufferPointer { words in
            do throws(GrammarError) { try matcher.fillBitmask(words) } catch { failure = error }
        }
        report.maskTimes[report.maskTimes.count - 1].append(Double(clock.now - start) / 1000)
        if let failure { throw failure }
    }

    private func json(_ report: Report) -> JSONValue {
        var object = JSONObject()
        object["compiled"] = .bool(report.isCompiled)
        object["error"] = report.error.map(\.json) ?? .null
        object["accepted"] = .array(report.accepted.map { .bool($0) })
        object["compile_ms"] = report.compileTime.map { .double(rounded($0)) } ?? .null
        let times = report.maskTimes.flatMap(\.self)
        object["first_mask_us"] = times.first.map { .double(rounded($0)) } ?? .null
        object["mask_us"] =
            times.isEmpty
            ? .null
            : [
                "mean": .double(rounded(times.mean)), "p50": .double(rounded(times.median)),
                "p99": .double(rounded(times.percentile(99))), "max": .double(rounded(times.max() ?? 0)),
            ]
        if let clockOverhead {
            object["timings"] = [
                "clock_us": .double(clockOverhead / 1000),
                "parse_ms": report.parseTime.map { .double(rounded($0)) } ?? .null, "mask_us": json(report.maskTimes),
                "commit_us": json(report.commitTimes),
            ]
        }
        if !report.ignored.isEmpty {
            object["ignored"] = .array(
                report.ignored.map { ["pointer": .string($0.pointer), "keyword": .string($0.keyword)] })
        }
        return .object(object)
    }

    private func json(_ times: [[Double]]) -> JSONValue {
        .array(times.map { .array($0.map { .double(rounded($0)) }) })
    }

    private func milliseconds(since start: Int) -> Double { Double(clock.now - start) / 1e6 }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
