import CorpusStore
import Terminal

/// How a recording stands, for people.
enum RecordingProgress {
    static func line(_ totals: CorpusTotals, load: String?, port: Int?) -> String {
        let recorded = """
            \(Quantity.count(totals.items)) items, \(Quantity.bytes(totals.payloadBytes)) recorded
            """
        if let load { return "\(load) · \(recorded)" }
        guard let port else { return "starting" }
        return "listening on port \(port) · \(recorded)"
    }
}
