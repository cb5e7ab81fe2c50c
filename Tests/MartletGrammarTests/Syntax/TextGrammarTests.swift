import MartletJSON
import Testing

@testable import MartletGrammar

@Suite struct TextGrammarTests {
    static func rules(_ specification: GrammarSpecification) throws -> RuleGrammar {
        let table = newTable()
        return try TextGrammars.rules(
            of: specification, options: GrammarOptions(), in: table,
            schemaRules: GrammarFixture.schemaRules(in: table))
    }

    static func reason(_ specification: GrammarSpecification) -> GrammarError.Reason? {
        do {
            _ = try rules(specification)
            return nil
        } catch {
            return (error as? GrammarError)?.reason
        }
    }

    static func accepts(_ specification: GrammarSpecification, _ texts: String...) throws -> [Bool] {
        let rules = try rules(specification)
        return try texts.map { try StackRecognizer.accepts(rules, $0) }
    }

    @Test func choicesAreExactlyTheTexts() throws {
        let texts = ["red", "green", "green", "gre", "", "r\"\\\n", "e\u{301}", "é", "😀😀"]
        let rules = try Self.rules(.choice(texts))
        for text in texts { #expect(try StackRecognizer.accepts(rules, text)) }
        for text in ["re", "reds", "gree", "e", "😀"] { #expect(try !StackRecognizer.accepts(rules, text)) }
        #expect(Self.reason(.choice([])) == .invalid)
        let nested = (0..<300).map { String(repeating: "a", count: $0 * 3) }
        #expect(try Self.accepts(.choice(nested), String(repeating: "a", count: 897), "aaaa") == [true, false])
    }

    @Test func regexesMatchTheWholeText() throws {
        #expect(try Self.accepts(.regex("a+|b"), "aa", "b", "ab", "") == [true, true, false, false])
        #expect(try Self.accepts(.regex(""), "", "a") == [true, false])
        #expect(Self.reason(.regex("(")) == .invalid)
        #expect(Self.reason(.regex("a\u{0}")) == .invalid)
    }

    @Test func grammarsAreToldApartAsByVLLM() throws {
        #expect(TextGrammars.isLark("start: \"a\""))
        #expect(TextGrammars.isLark("start: \"a\" // ::=\n# ::="))
        #expect(!TextGrammars.isLark("# comment\nroot ::= \"a\""))
        #expect(try Self.accepts(.grammar("start: \"a\""), "a", "b") == [true, false])
        #expect(try Self.accepts(.grammar("root ::= \"a\""), "a", "b") == [true, false])
        #expect(Self.reason(.grammar("")) == .invalid)
    }

    @Test func messagesNameTheRuleAndItsPlace() {
        func message(_ text: String) -> String? {
            do {
                _ = try Self.rules(.grammar(text))
                return nil
            } catch {
                return (error as? GrammarError)?.message
            }
        }
        #expect(message("root ::= \"a\"\n  item") == "line 2, column 3: rule 'item' is not defined")
        #expect(
            message("root ::= \"a\"\nroot ::= \"b\"")
                == "line 2, column 1: rule 'root' is already defined at line 1, column 1")
        #expect(message("a ::= \"a\"")?.contains("'root'") == true)
        #expect(message("start: item")?.contains("line 1, column 8: rule 'item' is not defined") == true)
        #expect(message("start: ITEM")?.contains("terminal 'ITEM' is not defined") == true)
        #expect(Self.reason(.grammar("root ::= Token(1)")) == .unsupported)
        #expect(Self.reason(.grammar("start: a\na[max_tokens=3]: /a/")) == .unsupported)
        #expect(Self.reason(.grammar("root ::= a\na ::= \"x\" a")) == .unsatisfiable)
        #expect(Self.reason(.grammar("root ::= []")) == .unsatisfiable)
    }

    @Test func leftRecursionEqualsItsRightRecursiveTwin() throws {
        let left = try Self.rules(
            .grammar("root ::= e\ne ::= e \"+\" t | t\nt ::= t \"*\" f | f\nf ::= \"(\" e \")\" | \"1\""))
        let right = try Self.rules(
            .grammar("root ::= e\ne ::= t (\"+\" t)*\nt ::= f (\"*\" f)*\nf ::= \"(\" e \")\" | \"1\""))
        var random = SeededRandom(1)
        var accepted = 0
        for _ in 0..<3_000 {
            let text = String(
                (0..<Int.random(in: 1...7, using: &random)).map { _ in "1+*()".randomElement(using: &random)! })
            let expected = try StackRecognizer.accepts(right, text)
            #expect(try StackRecognizer.accepts(left, text) == expected, "\(text)")
            accepted += expected ? 1 : 0
        }
        #expect(accepted > 50)
    }
}

/// Grammars made to break the compiler: an error of a known kind, soon.
@Suite struct HostileGrammarTests {
    private func refused(_ text: String, _ reason: GrammarError.Reason) {
        let clock = ContinuousClock()
        let time = clock.measure { #expect(TextGrammarTests.reason(.grammar(text)) == reason) }
        #expect(time < .seconds(5))
    }

    @Test func deepGroups() {
        let depth = 100_000
        let nested = String(repeating: "(", count: depth) + "\"a\"" + String(repeating: ")", count: depth)
        refused("root ::= \(nested)", .tooComplex)
        refused("start: \(nested)", .tooComplex)
        refused("root ::= Regex(\"\(nested.replacing("\"a\"", with: "a"))\")", .tooComplex)
        refused("root ::= \(String(repeating: "(", count: depth))", .tooComplex)
    }

    @Test func longGrammars() {
        let literal = "root ::= \"" + String(repeating: "a", count: 10 << 20) + "\""
        refused(literal, .tooComplex)
        refused("root ::= " + Array(repeating: "\"a\"", count: 1_000_000).joined(separator: " "), .tooComplex)
        refused("root ::= " + Array(repeating: "root", count: 700_000).joined(separator: "|"), .tooComplex)
    }

    @Test func noWayOut() {
        refused("root ::= root", .unsatisfiable)
        refused("root ::= a\na ::= b\nb ::= a", .unsatisfiable)
        refused("root ::= a \"x\"\na ::= b | \"y\" c\nb ::= a a\nc ::= c \"z\" | root", .unsatisfiable)
        refused("start: a\na: \"x\" a", .unsatisfiable)
    }

    @Test func longChains() throws {
        let count = 20_000
        let rules =
            (0..<count).map { "r\($0) ::= \"(\" r\($0 + 1) \")\" | r\($0 + 1)" } + ["r\(count) ::= root | \"x\""]
        _ = try TextGrammarTests.rules(.grammar("root ::= r0\n" + rules.joined(separator: "\n")))
        let links =
            (0..<count).map { "r\($0) ::= r\($0 + 1) | r\($0 + 1)" } + ["r\(count) ::= \"(\" root \")\" | \"x\""]
        let grammar = try TextGrammarTests.rules(.grammar("root ::= r0\n" + links.joined(separator: "\n")))
        #expect(try grammar.rules.productions(of: grammar.start).count > 0)
    }

    @Test func doubledRules() throws {
        let rules = (0..<60).map { "r\($0) ::= r\($0 + 1) r\($0 + 1)" } + ["r60 ::= \"a\" | \"b\""]
        _ = try TextGrammarTests.rules(.grammar("root ::= r0\n" + rules.joined(separator: "\n")))
        let terminals = (0..<60).map { "R\($0): R\($0 + 1) R\($0 + 1)" } + ["R60: \"a\""]
        refused("start: R0\n" + terminals.joined(separator: "\n"), .tooComplex)
    }

    @Test func largeCounts() throws {
        let counts = try TextGrammarTests.rules(
            .grammar("root ::= \"a\"{0,100000} (\"(\" root \")\"){0,1000000000}"))
        #expect(try StackRecognizer.accepts(counts, "aa(aa)()"))
        refused("root ::= \"a\"{99999999999999999999}", .invalid)
    }

    @Test func deepTags() {
        var format: JSONValue = ["type": "any_text"]
        for _ in 0..<10_000 { format = ["type": "optional", "content": format] }
        #expect(TextGrammarTests.reason(.structuralTag(["format": format])) == .tooComplex)
    }
}
