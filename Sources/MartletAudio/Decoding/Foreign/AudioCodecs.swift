/// Where the optional decoders are looked for: libsndfile (MP3, Ogg, AIFF, ...) and the program ffmpeg (MP4, WebM, ...).
public struct AudioCodecs: Hashable, Sendable {
    /// Names or paths of libsndfile, in the order they are tried; loaded when first needed.
    public var libsndfile: [String]
    /// Paths of the program, in the order they are tried; run when needed.
    public var ffmpeg: [String]

    /// The given places.
    public init(libsndfile: [String], ffmpeg: [String]) {
        self.libsndfile = libsndfile
        self.ffmpeg = ffmpeg
    }

    /// The usual places: what the dynamic loader finds, and the folders programs are installed in.
    public static let installed = AudioCodecs(
        libsndfile: [
            "libsndfile.so.1", "/opt/homebrew/lib/libsndfile.1.dylib", "/usr/local/lib/libsndfile.1.dylib",
        ],
        ffmpeg: ["/usr/local/bin/ffmpeg", "/usr/bin/ffmpeg", "/opt/homebrew/bin/ffmpeg"])
}
