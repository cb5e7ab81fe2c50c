import CMartletKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many cores this process may use: physical ones, in its affinity mask, within its cgroup's quota.
struct CPUTopology: Hashable {
    /// Physical cores of which at least one hardware thread is in the affinity mask; at least 1.
    let physicalCores: Int
    /// CPUs' worth of time the cgroup grants, or nil without a limit.
    let cgroupQuota: Double?

    /// Threads worth starting: a quota is rounded down, because a throttled thread holds up the others.
    var usableCores: Int { max(1, min(physicalCores, cgroupQuota.map { Int($0.rounded(.down)) } ?? .max)) }

    /// What the machine says now.
    static func current() -> CPUTopology {
        #if os(Linux)
            return CPUTopology(root: "") { ck_cpu_allowed(Int32($0)) }
        #else
            return CPUTopology(physicalCores: max(1, Int(sysconf(_SC_NPROCESSORS_ONLN))), cgroupQuota: nil)
        #endif
    }

    private init(physicalCores: Int, cgroupQuota: Double?) {
        self.physicalCores = physicalCores
        self.cgroupQuota = cgroupQuota
    }

    /// Reads `/sys` and `/proc` below `root`; `isAllowed` is the affinity mask.
    init(root: String, isAllowed: (Int) -> Bool) {
        physicalCores = max(1, Self.countCores(root: root, isAllowed: isAllowed))
        cgroupQuota = Self.quota(root: root)
    }

    private static func countCores(root: String, isAllowed: (Int) -> Bool) -> Int {
        var cores: Set<String> = []
        for cpu in parseList(readText("\(root)/sys/devices/system/cpu/online") ?? "0") where isAllowed(cpu) {
            // Hardware threads of one core share this list.
            let siblings = "\(root)/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"
            cores.insert(readText(siblings) ?? "\(cpu)")
        }
        return cores.count
    }

    /// Numbers of a list such as `0-3,8`.
    static func parseList(_ text: String) -> [Int] {
        text.split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last < 8192 else { return [] }
            return Array(first...last)
        }
    }

    /// The smallest limit of the process's cgroup and its ancestors, of both cgroup versions.
    private static func quota(root: String) -> Double? {
        var smallest: Double?
        func offer(_ limit: Double?) {
            if let limit, limit > 0 { smallest = min(smallest ?? limit, limit) }
        }
        // Lines of /proc/self/cgroup: `0::/path` for version 2, `4:cpu,cpuacct:/path` for version 1.
        for line in (readText("\(root)/proc/self/cgroup") ?? "0::/").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            guard fields[1].isEmpty || controllers.contains("cpu") else { continue }
            let mount = fields[1].isEmpty ? "\(root)/sys/fs/cgroup" : "\(root)/sys/fs/cgroup/cpu"
            var path = fields[2].split(separator: "/")
            while true {
                let folder = ([mount] + path.map(String.init)).joined(separator: "/")
                offer(fields[1].isEmpty ? limitV2(folder) : limitV1(folder))
                if path.isEmpty { break }
                path.removeLast()
            }
        }
        return smallest
    }

    /// `cpu.max` holds `max 100000` or `150000 100000`, in microseconds.
    private static func limitV2(_ folder: String) -> Double? {
        guard let text = readText("\(folder)/cpu.max") else { return nil }
        let words = text.split(separator: " ")
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]) else { return nil }
        return quota / period
    }

    private static func limitV1(_ folder: String) -> Double? {
        guard let quota = readText("\(folder)/cpu.cfs_quota_us").flatMap({ Double($0) }),
            let period = readText("\(folder)/cpu.cfs_period_us").flatMap({ Double($0) })
        else { return nil }
        return quota / period
    }

    /// A small text file without the white space at its end.
    private static func readText(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16384)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        var text = bytes[..<count]
        while let last = text.last, last == 10 || last == 32 { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}
