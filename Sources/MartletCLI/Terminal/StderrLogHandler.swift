import Logging

/// Log lines on the standard error: level, message, metadata; time stamps are left to what collects them.
struct StderrLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    private let label: String

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let values = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let prefix = event.level == .info ? label : "\(label): \(event.level)"
        Console.standard.err("\(prefix): \(event.message)\(values)\n")
    }
}
