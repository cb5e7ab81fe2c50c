import Testing

@testable import MartletHub

@Suite struct SHA256Tests {
    /// **Source** FIPS 180-4 examples; the million by NIST's CAVP.
    @Test(
        "The published digests come out",
        arguments: [
            ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            ("a", 100_000, "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee"),
        ])
    func published(text: String, times: Int, digest: String) {
        #expect(FakeHub.hash(Array(String(repeating: text, count: times).utf8)) == digest)
    }

    @Test("Any cutting into pieces gives the same digest", arguments: [1, 7, 63, 64, 65, 128, 200])
    func pieces(size: Int) {
        let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var digest = SHA256()
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { digest.update($0) }
        }
        #expect(digest.finish() == FakeHub.hash(bytes))
    }
}
