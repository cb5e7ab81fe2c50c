import HTTPTypes
import MartletAudio
import Testing

@testable import MartletServer

@Suite struct MultipartFormTests {
    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("multipart/form-data;boundary=\"a b;c\"", "a b;c"),
        ("Multipart/Form-Data ; charset=utf-8; BOUNDARY=abc", "abc"),
        ("multipart/form-data; boundary=\"----=_Part_1\"; x=y", "----=_Part_1"),
    ])
    func boundariesAreRead(header: String, boundary: String) throws {
        #expect(try MultipartBoundary(contentType: header) == MultipartBoundary(boundary))
    }

    @Test(
        arguments: [
            (nil, 415), ("application/json", 415), ("multipart/mixed; boundary=a", 415), ("multipart/form-data", 400),
            ("multipart/form-data; boundary=", 400), ("multipart/form-data; boundary=\"a", 400),
            ("multipart/form-data; boundary=\"a \"", 400), ("multipart/form-data; boundary=é", 400),
            ("multipart/form-data; boundary=\(String(repeating: "a", count: 71))", 400),
        ] as [(String?, Int)])
    func otherContentTypesAreRefused(header: String?, status: Int) {
        #expect {
            try MultipartBoundary(contentType: header)
        } throws: {
            ($0 as? APIError)?.status.code == status
        }
    }

    private func headers(_ text: String) throws -> MultipartHeaders {
        var text = text
        return try text.withUTF8 { try MultipartHeaders($0[...]) }
    }

    @Test func filenamesComeInManyForms() throws {
        func filename(_ rest: String) throws -> String? {
            try headers("Content-Disposition: form-data; name=\"file\"\(rest)").filename
        }
        #expect(try filename("") == nil)
        #expect(try filename("; filename=\"\"") == "")
        #expect(try filename("; filename=a.wav") == "a.wav")
        #expect(try filename("; filename=\"C:\\dir\\a \\\"b\\\".wav\"") == "C:\\dir\\a \"b\".wav")
        #expect(try filename("; filename=\"plain\"; filename*=UTF-8''%e2%82%ac%20rates") == "€ rates")
        #expect(try filename("; filename*=iso-8859-1'en'%A3%20rates") == "£ rates")
        #expect(throws: APIError.self) { try filename("; filename*=UTF-8''%ff") }
        #expect(throws: APIError.self) { try filename("; filename*=plain") }
    }

    @Test func fieldsMayBeLatin1() throws {
        let latin = try headers(
            "Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=ISO-8859-1")
        #expect(latin.charset == .latin1)
        #expect(latin.charset.decode([0x66, 0xFC]) == "fü")
        #expect(MultipartHeaders.Charset.utf8.decode([0x66, 0xFC]) == nil)
    }

    private func read(_ body: [UInt8], _ limits: MultipartLimits) throws -> MultipartForm {
        var parser = MultipartParser(boundary: try MultipartBoundary(MultipartFixture.boundary), limits: limits)
        var builder = MultipartFormBuilder(fileName: "file", limits: limits)
        for byte in body {
            try withUnsafeBytes(of: byte) { bytes in
                try parser.consume(bytes.assumingMemoryBound(to: UInt8.self)) { event throws(APIError) in
                    try builder.add(event)
                }
            }
        }
        try parser.finish()
        return builder.finish()
    }

    @Test(arguments: [0, 10, 100, 101, 5000])
    func filesAreWholeInMemoryAndOnDisk(size: Int) throws {
        var limits = MultipartLimits(maxFileBytes: 5000)
        limits.maxMemoryBytes = 100
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let form = try read(MultipartFixture.form([("model", "m")], file: content), limits)
        let file = try #require(form.file)
        #expect(form.fields == [.init(name: "model", value: "m")])
        #expect(file.filename == "a.wav" && file.bytes.count == size)
        #expect((file.bytes is AudioFile) == (size > 100))
        var found = [UInt8](repeating: 0, count: size + 1)
        #expect(try found.withUnsafeMutableBytes { try file.bytes.read(at: 0, into: $0) } == size)
        #expect(found.dropLast() == content[...])
    }

    @Test func limitsNameTheField() throws {
        var limits = MultipartLimits(maxFileBytes: 100)
        limits.maxFieldBytes = 10
        limits.maxFieldsBytes = 15
        func failure(_ fields: [(String, String)], file: Int) -> APIError? {
            do {
                _ = try read(MultipartFixture.form(fields, file: Array(repeating: 1, count: file)), limits)
                return nil
            } catch {
                return error as? APIError
            }
        }
        #expect(failure([("a", "0123456789"), ("b", "01234")], file: 100) == nil)
        let tooLong = failure([("prompt", "0123456789a")], file: 1)
        #expect(tooLong?.param == "prompt" && tooLong?.status == .contentTooLarge)
        let tooMany = failure([("a", "0123456789"), ("b", "012345")], file: 1)
        #expect(tooMany?.param == "b" && tooMany?.status == .contentTooLarge)
        let tooLarge = failure([], file: 101)
        #expect(tooLarge?.param == "file" && tooLarge?.status == .badRequest)
        #expect(tooLarge?.message.hasPrefix("Maximum file size exceeded") == true)
    }

    @Test func otherFilesAreNamedAndDropped() throws {
        let parts = [
            MultipartFixture.Part(name: "image", filename: "a.png", content: [1, 2]),
            MultipartFixture.Part(name: "file", filename: "a.wav", content: [3]),
        ]
        let form = try read(MultipartFixture.body(parts), MultipartLimits(maxFileBytes: 10))
        #expect(form.otherFiles == ["image"] && form.file?.bytes.count == 1)
        #expect(throws: APIError.self) {
            try read(MultipartFixture.body([parts[1], parts[1]]), MultipartLimits(maxFileBytes: 10))
        }
    }

    @Test func fieldsHaveTypes() throws {
        var reader = FormReader([
            .init(name: "t", value: "On"), .init(name: "f", value: "0"), .init(name: "n", value: "-1.5e1"),
            .init(name: "i", value: "3.0"), .init(name: "none", value: "None"), .init(name: "empty", value: ""),
            .init(name: "l[]", value: "a"), .init(name: "l[]", value: "b"), .init(name: "j", value: "[0, 0.5]"),
            .init(name: "two", value: "1"), .init(name: "two", value: "2"), .init(name: "o[x]", value: "y"),
            .init(name: "unread", value: ""),
        ])
        #expect(try reader.bool("t") == true && reader.bool("f") == false && reader.bool("empty") == nil)
        #expect(try reader.number("n") == -15 && reader.integer("i", in: 0...3) == 3)
        #expect(try reader.optionalNumber("none") == .some(nil) && reader.optionalNumber("missing") == nil)
        #expect(try reader.strings("l") == ["a", "b"])
        #expect(try reader.numbers("j", in: 0...1).map { $0.isList && $0.values == [0, 0.5] } == true)
        #expect(reader.members(of: "o") == [.init(name: "x", value: "y")])
        #expect(throws: APIError.self) { try reader.string("two") }
        #expect(reader.unread == ["unread"])
        for text in ["nan", "inf", "0x1p4", "1,5", "", "one"] {
            var reader = FormReader([.init(name: "n", value: text)])
            if text.isEmpty {
                #expect(try reader.number("n") == nil)
            } else {
                #expect(throws: APIError.self) { try reader.number("n") }
                #expect(throws: APIError.self) { try reader.integer("n", in: 0...1) }
            }
        }
    }
}
