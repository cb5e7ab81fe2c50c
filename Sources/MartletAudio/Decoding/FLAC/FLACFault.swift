/// Why a frame of FLAC cannot be decoded.
enum FLACFault: Error, Equatable {
    /// The bytes end within the frame.
    case overrun
    /// The frame breaks the format's rules.
    case malformed(String)
}
