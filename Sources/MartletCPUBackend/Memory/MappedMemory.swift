import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Zeroed pages of the system, resident only once touched, on huge pages where the system has them.
final class MappedMemory {
    /// Aligned to 2 MiB.
    let base: UnsafeMutableRawPointer
    /// Usable bytes.
    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// **Throws** when the system refuses; `purpose` names the memory in the message.
    init(count: Int, purpose: String) throws(BackendError) {
        let hugePage = 1 << 21
        let (bytes, overflow) = count.addingReportingOverflow(hugePage)
        guard count >= 0, !overflow,
            let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            pages != MAP_FAILED
        else {
            throw BackendError(
                backend: CPUBackend.name, message: "cannot allocate \(count) bytes for \(purpose)")
        }
        mapping = pages
        mappedBytes = bytes
        self.count = count
        base = UnsafeMutableRawPointer(
            bitPattern: (UInt(bitPattern: pages) + UInt(hugePage) - 1) & ~UInt(hugePage - 1))!
        #if os(Linux)
            madvise(base, count, MADV_HUGEPAGE)
        #endif
    }

    deinit { munmap(mapping, mappedBytes) }
}

extension Int {
    /// The next multiple of `unit`.
    func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
