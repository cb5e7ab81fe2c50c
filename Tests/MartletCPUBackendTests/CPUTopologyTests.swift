#if os(Linux)
    import Glibc
    import Testing

    @testable import MartletCPUBackend

    /// Topologies written out as folders of small files.
    struct CPUTopologyTests {
        private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
            var template = Array("/tmp/topology-XXXXXX".utf8CString)
            let root = String(cString: try #require(mkdtemp(&template)))
            var created: Set = [root]
            for (path, text) in files {
                var folder = root
                for part in path.split(separator: "/").dropLast() {
                    folder += "/\(part)"
                    mkdir(folder, 0o755)
                    created.insert(folder)
                }
                let file = try #require(fopen("\(root)/\(path)", "w"))
                fputs(text, file)
                fclose(file)
                created.insert("\(root)/\(path)")
            }
            // Deepest first, so that folders are empty when their turn comes.
            defer { for path in created.sorted(by: { $0.count > $1.count }) { remove(path) } }
            try body(root)
        }

        private let fourThreadsOnTwoCores = [
            "sys/devices/system/cpu/online": "0-3\n",
            "sys/devices/system/cpu/cpu0/topology/thread_siblings_list": "0,2\n",
            "sys/devices/system/cpu/cpu2/topology/thread_siblings_list": "0,2\n",
            "sys/devices/system/cpu/cpu1/topology/thread_siblings_list": "1,3\n",
            "sys/devices/system/cpu/cpu3/topology/thread_siblings_list": "1,3\n",
        ]

        @Test("Hardware threads of a core count once, forbidden ones not at all")
        func cores() throws {
            try withFiles(fourThreadsOnTwoCores) { root in
                #expect(CPUTopology(root: root) { _ in true }.usableCores == 2)
                #expect(CPUTopology(root: root) { $0 == 1 || $0 == 3 }.usableCores == 1)
                #expect(CPUTopology(root: root) { $0 != 2 }.usableCores == 2)
            }
        }

        @Test("The smallest quota of the cgroup and its ancestors counts")
        func quotas() throws {
            var files = fourThreadsOnTwoCores
            files["proc/self/cgroup"] = "0::/a/b\n"
            files["sys/fs/cgroup/a/cpu.max"] = "150000 100000\n"
            files["sys/fs/cgroup/a/b/cpu.max"] = "max 100000\n"
            try withFiles(files) { root in
                let topology = CPUTopology(root: root) { _ in true }
                #expect(topology.cgroupQuota == 1.5)
                #expect(topology.usableCores == 1)
            }
            files["proc/self/cgroup"] = "5:memory:/x\n4:cpu,cpuacct:/b\n"
            files["sys/fs/cgroup/cpu/b/cpu.cfs_quota_us"] = "-1\n"
            files["sys/fs/cgroup/cpu/b/cpu.cfs_period_us"] = "100000\n"
            try withFiles(files) { root in #expect(CPUTopology(root: root) { _ in true }.cgroupQuota == nil) }
            files["sys/fs/cgroup/cpu/b/cpu.cfs_quota_us"] = "50000\n"
            try withFiles(files) { root in
                #expect(CPUTopology(root: root) { _ in true }.cgroupQuota == 0.5)
                #expect(CPUTopology(root: root) { _ in true }.usableCores == 1)
            }
        }

        @Test("This machine has at least one core")
        func here() { #expect(CPUTopology.current().usableCores >= 1) }
    }
#endif
