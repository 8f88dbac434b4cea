import Logging
import OTLP
import Synchronization

/// Tells a logger of what clients sent in vain: a line each, without anything that they sent, and
/// no more lines than a person can read.
final class RefusalLog: Sendable {
    private static let linesPerSecond = 10

    private struct State {
        var second: Int64 = 0
        var lines = 0
        var suppressed = 0
    }

    private let logger: Logger
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    init(_ logger: Logger) {
        self.logger = logger
    }

    func refused(_ refusal: ExportRefusal, _ signal: Signal?, by transport: OTLPProtocol) {
        let status = refusal.status
        let text = String(printable: status.message, limit: 300)
        let what = signal.map { "an export request of \($0.rawValue)" } ?? "a request"
        write("refused \(what) by \(transport.rawValue), code \(status.code): \(text)")
    }

    func disconnected(_ reason: String) {
        write("closed a connection: \(String(printable: reason, limit: 300))")
    }

    private func write(_ line: String) {
        let second = start.duration(to: .now).components.seconds
        let suppressed = state.withLock { state -> Int? in
            if state.second != second { (state.second, state.lines) = (second, 0) }
            guard state.lines < Self.linesPerSecond else {
                state.suppressed += 1
                return nil
            }
            state.lines += 1
            defer { state.suppressed = 0 }
            return state.suppressed
        }
        guard let suppressed else { return }
        logger.notice("\(line)\(suppressed > 0 ? " (and \(suppressed) more)" : "")")
    }
}
