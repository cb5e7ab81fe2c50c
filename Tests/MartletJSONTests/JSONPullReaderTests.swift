import MartletJSON
import Testing

@Suite("Reading JSON value by value")
struct JSONPullReaderTests {
    private func read<R>(_ text: String, _ body: (inout JSONPullReader) throws -> R) rethrows -> R {
        try Array(text.utf8).withUnsafeBufferPointer { buffer in
            var reader = JSONPullReader(buffer)
            return try body(&reader)
        }
    }

    @Test("Keys, elements and values come in order")
    func walk() throws {
        try read(#" {"a": [1, "x\n", true, null], "b": {}, "c": {"d": [[]]}, "e": -7} "#) { reader in
            try reader.beginObject()
            #expect(try reader.nextKey() == "a")
            try reader.beginArray()
            #expect(try reader.nextElement())
            #expect(try reader.integer() == 1)
            #expect(try reader.nextElement())
            #expect(try reader.string { String(decoding: $0, as: UTF8.self) } == "x\n")
            #expect(try reader.nextElement())
            #expect(try reader.bool())
            #expect(try reader.nextElement())
            #expect(try reader.peek() == .null)
            try reader.skip()
            #expect(try !reader.nextElement())
            #expect(try reader.nextKey() == "b")
            try reader.beginObject()
            #expect(try reader.nextKey() == nil)
            #expect(try reader.nextKey() == "c")
            let value = try reader.value()
            #expect(value == ["d": [[]]])
            #expect(try reader.nextKey() == "e")
            #expect(try reader.integer() == -7)
            #expect(try reader.nextKey() == nil)
            try reader.finish()
        }
    }

    @Test("A value of the wrong kind is refused")
    func wrongKinds() {
        read("[1.5]") { reader in
            #expect(throws: JSONError.self) { try reader.beginObject() }
            #expect(throws: JSONError.self) { try reader.bool() }
            #expect(throws: JSONError.self) { try reader.string { _ in } }
            #expect(throws: JSONError.self) {
                try reader.beginArray()
                _ = try reader.nextElement()
                _ = try reader.integer()
            }
        }
    }

    @Test("A copy of the reader reads on from where it was copied")
    func copies() throws {
        try read(#"{"later": [1, 2], "first": 3}"#) { reader in
            try reader.beginObject()
            _ = try reader.nextKey()
            var later = reader
            try reader.skip()
            #expect(try reader.nextKey() == "first")
            #expect(try later.value() == [1, 2])
            #expect(try reader.integer() == 3)
        }
    }
}
