#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that writes to us, started without a shell; killed and reaped when this object goes away.
final class ChildProcess {
    private let id: pid_t
    private var output: Int32
    private var errors: Int32
    private var status: Int32?
    private var messageBytes: [UInt8] = []

    private static let maxMessageBytes = 2048

    /// Starts a program with a descriptor as its standard input; nil when it cannot be started.
    ///
    /// It gets no other descriptor and no environment but a plain locale.
    init?(_ path: String, _ arguments: [String], input: Int32) {
        guard let output = Pipe(), let errors = Pipe() else { return nil }
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)

        // Signals this process ignores or blocks would stay so in the child, which could not be ended by a broken pipe.
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("LC_ALL=C"), strdup("AV_LOG_FORCE_NOCOLOR=1")]
        defer { for string in argv + environment { free(string) } }
        argv.append(nil)
        environment.append(nil)
        var id: pid_t = 0
        guard posix_spawn(&id, path, &actions, &attributes, argv, environment) == 0 else { return nil }
        self.id = id
        self.output = output.takeReading()
        self.errors = errors.takeReading()
        _ = fcntl(self.errors, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if status == nil { kill(id, SIGKILL) }
        _ = wait()
        close(output)
        close(errors)
    }

    /// What the program has written to its standard error so far, cut off after some lines.
    var message: String { String(decoding: messageBytes, as: UTF8.self) }

    /// Reads what the program writes; 0 when it has closed its output, nil when nothing comes for `seconds`.
    func read(into buffer: UnsafeMutableRawBufferPointer, seconds: Int32) -> Int? {
        while true {
            var waiting = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&waiting, 2, seconds * 1000)
            if ready < 0, errno == EINTR { continue }
            if ready <= 0 { return nil }
            if waiting[1].revents != 0 { readErrors() }
            if waiting[0].revents == 0 { continue }
            #if canImport(Glibc)
                let count = Glibc.read(output, buffer.baseAddress, buffer.count)
            #else
                let count = Darwin.read(output, buffer.baseAddress, buffer.count)
            #endif
            if count < 0, errno == EINTR { continue }
            return max(0, count)
        }
    }

    /// Waits for the end of the program, whose output is closed, and returns its exit status; nil when a signal ended it.
    func wait() -> Int32? {
        if status == nil {
            var raw: Int32 = 0
            while waitpid(id, &raw, 0) < 0, errno == EINTR {}
            status = raw
            readErrors()
        }
        guard let status, status & 0x7F == 0 else { return nil }
        return status >> 8 & 0xFF
    }

    /// Takes what there is, so that the program never waits for us, and keeps the first of it.
    private func readErrors() {
        guard errors >= 0 else { return }
        var part = [UInt8](repeating: 0, count: 1024)
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(errors, &part, part.count)
            #else
                let count = Darwin.read(errors, &part, part.count)
            #endif
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return }
            if count == 0 { break }
            messageBytes += part[..<min(count, Self.maxMessageBytes - messageBytes.count)]
        }
        // At its end the pipe would be ready for ever.
        close(errors)
        errors = -1
    }
}

/// Both ends of a channel from a child to us, which no other child inherits, closed when this object goes away.
private final class Pipe {
    private var reading: Int32
    let writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        #if canImport(Glibc)
            // A pipe would be open to children that other threads start before it is marked; sockets are made marked.
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        #else
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        if reading >= 0 { close(reading) }
        close(writing)
    }

    func takeReading() -> Int32 {
        defer { reading = -1 }
        return reading
    }
}
