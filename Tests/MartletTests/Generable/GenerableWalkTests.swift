import MartletGrammar
import MartletJSON
import Testing

@testable import Martlet

@Suite("Texts of derived schemas, chosen at random", .timeLimit(.minutes(3)))
struct GenerableWalkTests {
    /// A text that the grammar was led to, byte by byte; nil where it does not come to an end.
    private func walk(_ matcher: GrammarMatcher, _ random: inout some RandomNumberGenerator) throws -> String? {
        matcher.reset()
        let vocabulary = TokenVocabulary.bytes
        var mask = TokenBitmask(count: vocabulary.tokens.count)
        var bytes: [UInt8] = []
        while bytes.count < 4000 {
            try mask.words.withUnsafeMutableBufferPointer { try matcher.fillBitmask($0) }
            var allowed = vocabulary.tokens.indices.filter { mask[$0] }
            let ends = allowed.filter {
                vocabulary.endOfSequence.contains($0) || Array("\"}]".utf8).contains(UInt8($0 & 255))
            }
            if bytes.count > 20, !ends.isEmpty, Int.random(in: 0..<3, using: &random) > 0 { allowed = ends }
            let token = try #require(allowed.randomElement(using: &random))
            if vocabulary.endOfSequence.contains(token) { return String(decoding: bytes, as: UTF8.self) }
            #expect(try matcher.accept(token: token))
            bytes += vocabulary.tokens[token]
        }
        return nil
    }

    private func check<T: Generable>(_ type: T.Type, walks: Int = 60) throws {
        let output = try StructuredOutput(type)
        let grammar = try GrammarCompiler(vocabulary: .bytes)
            .compile(output.specification, options: output.options(GrammarOptions()))
        let matcher = GrammarMatcher(grammar)
        var random = SeededGenerator(state: 5)
        var finished = 0
        for _ in 0..<walks {
            guard let text = try walk(matcher, &random) else { continue }
            finished += 1
            do { _ = try T(json: text) } catch { Issue.record("\(T.self): \(text): \(error)") }
        }
        #expect(finished > walks / 4, "\(T.self): \(finished) of \(walks)")
    }

    @Test("decode")
    func decode() throws {
        try check(Owl.self)
        try check(Tree.self)
        try check(Chain.self)
        try check(Folder.self)
        try check(Drawing.self)
        try check(Numbers.self)
        try check(Person.self)
        try check(ByHand.self)
        try check(Links.self)
        try check([Mood].self)
        try check([Double].self)
        try check([Int].self)
        try check(Empty.self)
    }
}

/// Knuth's linear congruential generator, so that a failure repeats itself.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 32) | (state & 0xFFFF_FFFF_0000_0000)
    }
}
