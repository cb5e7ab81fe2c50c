import Glibc

/// The standard streams: what they are connected to, and unbuffered writing.
struct Console: Sendable {
    /// Where the standard input comes from is a person.
    let inputIsTerminal: Bool
    /// The standard output is read by a person.
    let outputIsTerminal: Bool
    /// The standard error is read by a person.
    let errorIsTerminal: Bool
    /// Colours may be used on the standard error.
    let usesColour: Bool

    /// The streams of this process.
    static let standard = Console(
        inputIsTerminal: isatty(STDIN_FILENO) == 1, outputIsTerminal: isatty(STDOUT_FILENO) == 1,
        errorIsTerminal: isatty(STDERR_FILENO) == 1, noColour: Environment.variable("NO_COLOR"),
        term: Environment.variable("TERM"))

    /// Colours are off when `NO_COLOR` is set to anything, as no-color.org asks.
    init(
        inputIsTerminal: Bool, outputIsTerminal: Bool, errorIsTerminal: Bool, noColour: String?, term: String?
    ) {
        self.inputIsTerminal = inputIsTerminal
        self.outputIsTerminal = outputIsTerminal
        self.errorIsTerminal = errorIsTerminal
        usesColour = errorIsTerminal && (noColour ?? "").isEmpty && term != "dumb"
    }

    /// Writes to the standard output at once.
    func out(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes to the standard error at once.
    func err(_ text: String) { write(text, to: STDERR_FILENO) }

    /// `text` in a faint shade where colours are used.
    func dim(_ text: String) -> String { usesColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    /// `text` in bold where colours are used.
    func bold(_ text: String) -> String { usesColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// Everything that stands on the standard input.
    func readAll() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                // A closed pipe has no reader to tell.
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
