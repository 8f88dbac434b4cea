import CorpusStore
import Terminal

/// How a recording stands, for people.
enum RecordingProgress {
    /// `isListening` says whether others can send their telemetry by now.
    static func line(_ totals: CorpusTotals, load: String?, isListening: Bool) -> String {
        let recorded = """
            \(Quantity.count(totals.items)) items, \(Quantity.bytes(totals.payloadBytes)) recorded
            """
        if let load { return "\(load) · \(recorded)" }
        return isListening ? recorded : "starting"
    }
}
