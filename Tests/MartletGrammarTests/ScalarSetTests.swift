import Testing

@testable import MartletGrammar

@Suite struct ScalarSetTests {
    @Test func rangesAreMergedAndSurrogatesLeftOut() {
        #expect(ScalarSet([0...0xFFFF_FFFF]) == .all)
        #expect(ScalarSet([5...9, 1...4, 20...30, 25...40]).ranges == [1...9, 20...40])
        #expect(ScalarSet([5...9]).complement.complement.ranges == [5...9])
        #expect(ScalarSet([5...9]).intersection(ScalarSet([8...20])).ranges == [8...9])
    }
}
