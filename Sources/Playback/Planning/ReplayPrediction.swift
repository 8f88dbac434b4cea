import CorpusStore
import OTLP
public import Terminal

/// What a replay would do, as `--dry-run` tells without sending anything.
public struct ReplayPrediction: Codable, Equatable, Sendable {
    /// What is to be sent of one signal.
    public struct Counts: Codable, Equatable, Sendable {
        /// Export requests.
        public let requests: Int
        /// Items in them.
        public let items: Int
        /// Bytes of payload in them.
        public let bytes: Int
    }

    /// What is to be sent in the busiest second.
    public struct Peak: Codable, Equatable, Sendable {
        /// Which, from 0.
        public let second: Int
        /// Export requests due in it.
        public let requests: Int
        /// Items in them.
        public let items: Int
        /// Bytes of payload in them.
        public let bytes: Int
    }

    /// The prediction's format.
    public let version: Int
    /// The corpus.
    public let corpus: ReplayReport.Corpus
    /// `10x`, `0.5x` or `max`.
    public let speed: String
    /// By signal.
    public let signals: [String: Counts]
    /// How long the recorded selection took to arrive.
    public let recordedSeconds: Double
    /// How long the schedule lasts; 0 without one.
    public let plannedSeconds: Double
    /// Export requests a second, on average; 0 without a schedule.
    public let requestsPerSecond: Double
    /// Items a second, on average; 0 without a schedule.
    public let itemsPerSecond: Double
    /// Bytes of payload a second, on average; 0 without a schedule.
    public let bytesPerSecond: Double
    /// The busiest second; nil without a schedule.
    public let peak: Peak?

    init(_ plan: ReplayPlan, corpus: ReplayReport.Corpus, speed: PlaybackSpeed) {
        version = 1
        self.corpus = corpus
        self.speed = speed.description
        signals = Dictionary(
            uniqueKeysWithValues: Signal.allCases.map { signal in
                let counts = plan.totals[signal]
                let planned = Counts(
                    requests: counts.requests,
                    items: counts.items,
                    bytes: counts.payloadBytes
                )
                return (signal.rawValue, planned)
            }
        )
        recordedSeconds = plan.recordedDuration / .seconds(1)
        plannedSeconds = (plan.lastDue ?? .zero) / .seconds(1)
        let seconds = plannedSeconds
        func rate(_ count: Int) -> Double {
            seconds > 0 ? (Double(count) / seconds * 1_000).rounded() / 1_000 : 0
        }
        requestsPerSecond = rate(plan.totals.requests)
        itemsPerSecond = rate(plan.totals.items)
        bytesPerSecond = rate(plan.totals.payloadBytes)
        peak = plan.peak.map {
            Peak(
                second: $0.second,
                requests: $0.counts.requests,
                items: $0.counts.items,
                bytes: $0.counts.bytes
            )
        }
    }
}

extension ReplayPrediction {
    /// The prediction for people.
    public func text(width: Int? = nil, style: Style = .plain) -> String {
        var table = TextTable(.text(), .number("requests"), .number("items"), .number("bytes"))
        for signal in Signal.allCases {
            guard let counts = signals[signal.rawValue] else { continue }
            table.add(
                signal.rawValue,
                Quantity.count(counts.requests),
                Quantity.count(counts.items),
                Quantity.bytes(counts.bytes)
            )
        }
        var lines = [
            style.heading("A replay of \(corpus.path) at \(speed) would send"),
            table.rendered(width: width, style: style),
            "",
        ]
        guard let peak else {
            lines.append("as fast as the backend takes it: there is no schedule at --speed max")
            return lines.joined(separator: "\n")
        }
        lines += [
            "in \(Quantity.duration(.seconds(plannedSeconds))), recorded over "
                + Quantity.duration(.seconds(recordedSeconds)),
            "on average \(Quantity.rate(requestsPerSecond, of: "requests")), "
                + "\(Quantity.rate(itemsPerSecond, of: "items")), "
                + Quantity.byteRate(bytesPerSecond),
            "at most \(Quantity.count(peak.requests)) requests, \(Quantity.count(peak.items)) items "
                + "and \(Quantity.bytes(peak.bytes)), in second \(peak.second)",
        ]
        return lines.joined(separator: "\n")
    }
}
