/// The kind of an audio file, known by its first bytes.
enum AudioContainer: Equatable {
    case wav
    /// Native FLAC, whose "fLaC" mark is at `start` (behind ID3v2 tags, if any).
    case flac(start: Int)
    case mpegAudio, adts
    case oggVorbis, oggOpus, oggFLAC, ogg
    case mp4, matroska, mpegProgram, asf
    case aiff, caf, amr, au, wave64

    /// What is accepted, for the error about anything else.
    static let accepted =
        "WAV, FLAC, MP3, Ogg (Vorbis, Opus, FLAC), MP4/M4A/MOV, WebM/Matroska, AAC, AIFF, CAF, AU, AMR, WMA and MPEG"

    /// Recognises a file.
    ///
    /// **Throws** `malformed` for an empty file, `unsupported` for one of an unknown kind.
    init(_ bytes: any AudioBytes) throws(AudioError) {
        guard bytes.count > 0 else { throw AudioError(.malformed, "the file is empty; accepted are \(Self.accepted)") }
        let start = try skipID3Tags(bytes)
        let head = try bytes.bytes(at: start, count: 4096)
        if start == 0, let container = Self.marked(head) {
            self = container
        } else if head.has("fLaC", at: 0) {
            self = .flac(start: start)
        } else if let container = findMPEGAudio(head) {
            self = container
        } else if start > 0 {
            // Nothing but MPEG audio comes behind such tags, padded more than usual.
            self = .mpegAudio
        } else {
            throw AudioError(
                .unsupported, "the content is of no known audio format; accepted are \(Self.accepted)")
        }
    }

    private static func marked(_ head: [UInt8]) -> AudioContainer? {
        if head.has("RIFF", at: 0) || head.has("RF64", at: 0) || head.has("BW64", at: 0) {
            return head.has("WAVE", at: 8) ? .wav : nil
        }
        if head.has("OggS", at: 0) { return ogg(head) }
        if head.has("FORM", at: 0) { return head.has("AIFF", at: 8) || head.has("AIFC", at: 8) ? .aiff : nil }
        for name: StaticString in ["ftyp", "moov", "mdat", "wide", "pnot"] where head.has(name, at: 4) { return .mp4 }
        if head.has("caff", at: 0) { return .caf }
        if head.has("#!AMR", at: 0) { return .amr }
        if head.has(".snd", at: 0) { return .au }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
        if head.starts(with: [0, 0, 1, 0xBA]) { return .mpegProgram }
        if head.starts(with: [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) { return .asf }
        if head.starts(with: [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11]) { return .wave64 }
        return nil
    }

    /// The kind of an Ogg file, by the first packet of its first page.
    private static func ogg(_ head: [UInt8]) -> AudioContainer {
        guard head.count > 27 else { return .ogg }
        let packet = 27 + Int(head[26])
        if head.has("\u{1}vorbis", at: packet) { return .oggVorbis }
        if head.has("OpusHead", at: packet) { return .oggOpus }
        if head.has("\u{7F}FLAC", at: packet) { return .oggFLAC }
        return .ogg
    }
}

/// Where a file begins behind its ID3v2 tags.
///
/// **Source** ID3 tag version 2.4.0, section 3.1.
private func skipID3Tags(_ bytes: any AudioBytes) throws(AudioError) -> Int {
    var start = 0
    // Some programs write a tag before a tag; nobody writes many.
    for _ in 0..<16 {
        let header = try bytes.bytes(at: start, count: 10)
        guard header.count == 10, header.has("ID3", at: 0), header[6...].allSatisfy({ $0 < 0x80 }) else { break }
        let hasFooter = header[5] & 0x10 != 0
        start += header[6...].reduce(0) { $0 << 7 | Int($1) } + (hasFooter ? 20 : 10)
    }
    return start
}

extension [UInt8] {
    /// Whether the bytes from `index` on are a text.
    fileprivate func has(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        return count >= index + length && (0..<length).allSatisfy { self[index + $0] == text.utf8Start[$0] }
    }
}
