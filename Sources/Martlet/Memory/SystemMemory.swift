#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much memory this process may still take: what the machine has free, and what its control group allows.
enum SystemMemory {
    /// Bytes; where the system says nothing, a quarter of an unknown machine is taken to be 1 GiB.
    static func availableBytes() -> Int {
        let machine = availableOnMachine() ?? 4 << 30
        guard let group = availableInControlGroup() else { return machine }
        return min(machine, group)
    }

    private static func availableOnMachine() -> Int? {
        guard let text = readText("/proc/meminfo") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let fields = line.split(separator: " ")
            return fields.count > 1 ? Int(fields[1]).map { $0 * 1024 } : nil
        }
        return nil
    }

    /// The tightest limit between this group and the root (version 2), or the memory controller's (version 1).
    private static func availableInControlGroup() -> Int? {
        guard let membership = readText("/proc/self/cgroup") else { return nil }
        var smallest: Int?
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[0] == "0" && fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("memory") else { continue }
            let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
            let names =
                isUnified ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
            // Inside a container the path may lie outside the visible tree: then the root is this group.
            var path = fields[2].split(separator: "/")
            while true {
                let folder = ([root] + path.map(String.init)).joined(separator: "/")
                if let limit = readNumber("\(folder)/\(names.0)"), limit < 1 << 60,
                    let used = readNumber("\(folder)/\(names.1)")
                {
                    smallest = min(smallest ?? .max, max(limit - used, 0))
                }
                if path.isEmpty { break }
                path.removeLast()
            }
        }
        return smallest
    }

    private static func readNumber(_ path: String) -> Int? {
        readText(path).flatMap { Int($0.split(whereSeparator: \.isWhitespace).first ?? "") }
    }

    private static func readText(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
