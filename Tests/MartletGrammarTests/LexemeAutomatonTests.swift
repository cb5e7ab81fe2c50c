import Testing

@testable import MartletGrammar

@Suite struct LexemeAutomatonTests {
    @Test func bytesOfScalars() throws {
        let arena = TermArena(budget: GrammarBudget())
        let automaton = LexemeAutomaton(terms: arena)
        let start = try automaton.start(arena.intern(.jsonString(.complement(.nothing))))
        var state = start
        for byte in Array("\"né😀\\u00e9".utf8) {
            state = try automaton.next(state, byte)
            #expect(state != LexemeAutomaton.dead)
        }
        #expect(try state == automaton.next(start, UInt8(ascii: "\"")))
        #expect(try automaton.isWide(state))
        #expect(try automaton.isAccepting(automaton.next(state, UInt8(ascii: "\""))))
        for broken: [UInt8] in [[0x80], [0xC1], [0xE0, 0x9F], [0xED, 0xA0], [0xF4, 0x90], [0xF5], [0xC3, 0x41]] {
            var after = state
            for byte in broken { after = try automaton.next(after, byte) }
            #expect(after == LexemeAutomaton.dead)
        }
    }
}
