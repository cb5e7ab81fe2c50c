/// A language a model can transcribe.
public struct TranscriptionLanguage: Sendable, Hashable {
    /// Its code, as in the model's token of it: `de`.
    public var code: String
    /// Its English name in lower case, such as `german`; the code where no name is known.
    public var name: String

    /// A language.
    public init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}
