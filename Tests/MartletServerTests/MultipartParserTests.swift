import Testing

@testable import MartletServer

@Suite struct MultipartParserTests {
    private typealias Fixture = MultipartFixture
    private typealias Part = MultipartFixture.Part

    private static let parts = [
        Part(name: "model", filename: nil, content: Array("whisper".utf8)),
        Part(name: "empty", filename: nil, content: []),
        Part(
            name: "file", filename: "ä.wav",
            content: Array("\r\n--XbY\r\n--Xb\r--XbX\n--XbX\r\r\n".utf8) + [0, 255, 13]),
        Part(name: "list[]", filename: nil, content: Array("a".utf8)),
        Part(name: "list[]", filename: nil, content: Array("\r\n".utf8)),
    ]

    @Test func everySplitInTwoGivesTheSameParts() throws {
        let body = Array("preamble\r\n".utf8) + Fixture.body(Self.parts) + Array("epilogue --XbX".utf8)
        #expect(Fixture.slowParts(body) == Self.parts)
        for cut in 0...body.count {
            let found = try #require(Fixture.parts([Array(body[..<cut]), Array(body[cut...])]))
            #expect(found.parts == Self.parts, "cut at \(cut)")
        }
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 10_000])
    func everySizeOfChunkGivesTheSameParts(size: Int) throws {
        let body = Fixture.body(Self.parts)
        let chunks = stride(from: 0, to: body.count, by: size).map { Array(body[$0..<min($0 + size, body.count)]) }
        let found = try #require(Fixture.parts(chunks))
        #expect(found.parts == Self.parts)
        #expect(found.maxHeld < 100)
    }

    @Test func randomSplitsOfRandomBodiesAgreeWithTheSlowTwin() {
        var random = MultipartRandom(7)
        for _ in 0..<2000 {
            // An alphabet in which boundaries, line ends and their beginnings come often.
            let pieces = ["\r\n", "\r", "\n", "--", "-", "XbX", "X", "b", " ", "--XbX", "\r\n--XbX", "a", "\u{0}"]
            let parts = (0..<Int.random(in: 0...3, using: &random)).map { index in
                let content = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    pieces.randomElement(using: &random) ?? ""
                }
                return Part(name: "p\(index)", filename: index == 1 ? "f" : nil, content: Array(content.joined().utf8))
            }
            let body = Fixture.body(parts)
            #expect(Fixture.parts(Self.cut(body, &random))?.parts == Fixture.slowParts(body))
        }
    }

    @Test func damagedBodiesAgreeWithTheSlowTwin() {
        var random = MultipartRandom(11)
        let body = Fixture.body(Self.parts)
        for _ in 0..<4000 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...4, using: &random) where !damaged.isEmpty {
                let position = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: damaged[position] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.removeSubrange(position...)
                case 2: damaged.remove(at: position)
                default: damaged.insert(contentsOf: damaged[position...].prefix(40), at: position)
                }
            }
            let found = Fixture.parts(Self.cut(damaged, &random))
            #expect(found?.parts == Fixture.slowParts(damaged))
            #expect((found?.maxHeld ?? 0) <= 8 << 10)
        }
    }

    private static func cut(_ bytes: [UInt8], _ random: inout MultipartRandom) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...9, using: &random))
            chunks.append(Array(bytes[start..<end]))
            start = end
        }
        return chunks
    }

    @Test(arguments: [
        ("--XbX  \t\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--XbX--", ["a": "v"]),
        ("--XbX\r\ncontent-DISPOSITION:form-data;NAME=\"a\"\r\nX-Other: 1\r\n\r\nv\r\n--XbX--\r\n", ["a": "v"]),
        ("--XbX\r\nContent-Disposition: form-data; name=\"a;b=\\\"c\\\"\"\r\n\r\n\r\n--XbX--", ["a;b=\"c\"": ""]),
        // A part that has nothing behind its headers: their last line end is the boundary's.
        ("--XbX\r\nContent-Disposition: form-data; name=a\r\n\r\n--XbX--", ["a": ""]),
        ("ignored\r\n--XbX--", [:]), ("--XbX--", [:]),
    ])
    func whatIsAllowed(body: String, fields: [String: String]) {
        let found = Fixture.parts([Array(body.utf8)])?.parts
        #expect(
            found.map {
                Dictionary(uniqueKeysWithValues: $0.map { ($0.name, String(decoding: $0.content, as: UTF8.self)) })
            }
                == fields)
    }

    @Test(arguments: [
        "", "no boundary", "--XbX", "--XbX\r\n", "--XbXY\r\n", "--XbX -- ", "--XbX-\r\n", "--XbX\rx", "--XbX\n",
        "--XbX\r\n\r\nno headers\r\n--XbX--", "--XbX\r\nContent-Type: text/plain\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=a\n\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=a\r\n folded: yes\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=a\r\n\r\nended\r\n--Xb",
        "--XbX\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\nv\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=a\r\nContent-Type: a/b; charset=utf-7\r\n\r\nv\r\n--XbX--",
    ])
    func whatIsRefused(body: String) {
        #expect(Fixture.parts([Array(body.utf8)]) == nil)
        #expect(Fixture.parts(body.utf8.map { [$0] }) == nil)
    }

    @Test func boundariesThatLookLikeEachOther() {
        for boundary in ["-", "--", "X", String(repeating: "-", count: 70), "a b", "'()+_,-./:=?"] {
            let parts = [Part(name: "a", filename: nil, content: Array("\r\n-\r\n \r\n".utf8))]
            let body = Fixture.body(parts, boundary: boundary)
            #expect(
                Fixture.parts(body.map { [$0] }, boundary: boundary)?.parts
                    == Fixture.slowParts(body, boundary: boundary))
        }
    }

    @Test func headersAndPartsAreBounded() {
        var limits = MultipartLimits(maxFileBytes: 100)
        limits.maxParts = 3
        limits.maxHeaderBytes = 100
        let four = Fixture.body((0..<4).map { Part(name: "\($0)", filename: nil, content: []) })
        #expect(Fixture.parts([four], limits: limits) == nil)
        #expect(
            Fixture.parts(
                [Fixture.body(Array(repeating: Part(name: "a", filename: nil, content: []), count: 3))], limits: limits)
                != nil)
        let long = "--XbX\r\nContent-Disposition: form-data; name=\(String(repeating: "n", count: 100))"
        #expect(Fixture.parts([Array(long.utf8)], limits: limits) == nil)
        #expect(Fixture.parts(long.utf8.map { [$0] }, limits: limits) == nil)
    }
}
