import Glibc

/// What the kernel says about this process.
struct ProcessMetrics {
    /// Bytes of physical memory in use.
    let residentBytes: Double
    /// Bytes of address space.
    let virtualBytes: Double
    /// User and system time, in seconds.
    let cpuSeconds: Double
    /// Seconds since 1970.
    let startTime: Double
    /// Open file descriptors.
    let openFiles: Double

    /// Reads `/proc`; nil where there is none.
    init?() {
        guard let stat = Self.read("/proc/self/stat"), let system = Self.read("/proc/stat"),
            let boot = system.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let bootTime = Double(boot.dropFirst("btime ".count))
        else { return nil }
        // The second field is the name in parentheses and may contain spaces; proc(5) numbers fields from 1.
        guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        func field(_ number: Int) -> Double? { number - 3 < fields.count ? Double(fields[number - 3]) : nil }
        guard let user = field(14), let kernel = field(15), let start = field(22), let virtual = field(23),
            let resident = field(24)
        else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = resident * Double(sysconf(Int32(_SC_PAGESIZE)))
        virtualBytes = virtual
        cpuSeconds = (user + kernel) / ticks
        startTime = bootTime + start / ticks
        openFiles = Double(Self.countOpenFiles())
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func countOpenFiles() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        // ".", ".." and the directory itself.
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return count
    }
}
