/// The classes of scalars as scanners ask for them: a byte for each of the first plane, where nearly all text is.
final class ScalarClasses: Sendable {
    static let shared = ScalarClasses()

    private let plane: [UInt8]
    private let beyond = UnicodeClassTable.shared

    private init() {
        let table = UnicodeClassTable.shared
        plane = (0..<0x10000).map { table[$0].rawValue }
    }

    subscript(code: UInt32) -> UnicodeClass { code < 0x10000 ? self[plane: code] : beyond[code] }

    /// The class of a scalar of the first plane.
    @inline(__always)
    subscript(plane code: UInt32) -> UnicodeClass {
        plane.withUnsafeBufferPointer { UnicodeClass(rawValue: $0.baseAddress![Int(code & 0xFFFF)]) }
    }
}
