import Logging

/// Hands what is logged, without its metadata, to whoever shows it to people.
struct NoticeHandler: LogHandler {
    let onNotice: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    init(onNotice: @escaping @Sendable (String) -> Void) {
        self.onNotice = onNotice
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        onNotice("\(event.message)")
    }
}
