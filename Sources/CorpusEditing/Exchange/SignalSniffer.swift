import OTLP

/// Tells an encoded export request's signal by its bytes: length-delimited files don't say it.
///
/// The three messages differ only in their items. A span's times are `fixed64` in fields 7 and 8, a
/// log record's in 1 and 11, where the others have other types or nothing; a metric has none, but
/// its points do. Where an exporter left all of them unset, ids, severities and bodies must do.
enum SignalSniffer {
    /// The signal, or nil where the bytes could be of several.
    static func signal(of payload: [UInt8]) -> Signal? {
        let scans = Signal.allCases.compactMap { signal in
            (try? RequestScan(signal, payload: payload)).map { (signal, $0) }
        }
        let timed = scans.first { signal, scan in
            scan.items.contains {
                $0.startUnixNanoseconds != 0 || $0.timeUnixNanoseconds != 0
                    || $0.observedUnixNanoseconds != 0
            }
        }
        return (timed ?? scans.first { isPlausible($1, of: $0) })?.0
    }

    private static func isPlausible(_ scan: RequestScan, of signal: Signal) -> Bool {
        switch signal {
        case .traces: scan.items.contains { $0.traceIDOffset >= 0 && $0.spanIDOffset >= 0 }
        case .metrics: scan.metrics.contains { $0.type != .none }
        case .logs: scan.items.contains { $0.kind != 0 || !$0.body.isEmpty }
        }
    }
}
