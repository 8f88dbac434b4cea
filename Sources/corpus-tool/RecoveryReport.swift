import CorpusEditing
import CorpusStore
import Foundation
import OTLP
import Terminal

/// What `recover` prints.
struct RecoveryReport: EditingReport {
    struct Loss: Encodable {
        let firstRequest: Int64
        let lastRequest: Int64
        let from: String?
        let until: String?
        /// By signal; `unknown` are those of which nothing is left.
        let requests: [String: Int]
    }

    let version = 1
    let damaged: String
    let corpus: String
    let saved: CorpusSummary
    let whole: Bool
    let lostRequests: Int
    let losses: [Loss]
    let lastRequest: Int64
    let endKnown: Bool
    let descriptionKept: Bool
    let digestMatches: Bool?

    init(damaged: String, corpus: String, _ result: RecoveryResult) {
        self.damaged = damaged
        self.corpus = corpus
        saved = CorpusSummary(result.totals)
        whole = result.isWhole
        lostRequests = result.losses.reduce(0) { $0 + $1.numbers.count }
        losses = result.losses.map(Loss.init)
        lastRequest = result.lastNumber
        endKnown = result.isEndKnown
        descriptionKept = result.isDescribed
        digestMatches = result.matchesDigest
    }

    private enum CodingKeys: CodingKey {
        case version, damaged, corpus, saved, whole, lostRequests, losses, lastRequest, endKnown
        case descriptionKept, digestMatches
    }

    var text: String {
        var lines = ["Saved from \(damaged) into \(corpus): \(saved.text)"]
        lines += losses.map(\.text)
        if !losses.isEmpty { lines.append("\(Quantity.count(lostRequests)) are lost in all") }
        if !endKnown {
            lines.append(
                lastRequest == 0
                    ? "whether more was recorded can't be known"
                    : "whether more was recorded after export request "
                        + "\(Quantity.count(Int(lastRequest))) can't be known"
            )
        }
        if !descriptionKept { lines.append("lost: when and how the corpus was recorded") }
        if digestMatches == false, losses.isEmpty {
            lines.append("the digest of the recording is not that of what was saved")
        }
        if whole { lines.append("Nothing is lost.") }
        return lines.joined(separator: "\n")
    }
}

extension RecoveryReport.Loss {
    init(_ loss: RecoveryResult.Loss) {
        firstRequest = loss.numbers.lowerBound
        lastRequest = loss.numbers.upperBound
        from = loss.from.map(Self.text)
        until = loss.until.map(Self.text)
        var requests = Dictionary(
            uniqueKeysWithValues: loss.requests.map { ($0.key.rawValue, $0.value) }
        )
        if loss.unknownRequests > 0 { requests["unknown"] = loss.unknownRequests }
        self.requests = requests
    }

    fileprivate var text: String {
        let signals = (Signal.allCases.map(\.rawValue) + ["unknown"]).compactMap { signal in
            requests[signal].map {
                "\(Quantity.count($0)) of \(signal == "unknown" ? "unknown signal" : signal)"
            }
        }
        let (first, last) = (Int(firstRequest), Int(lastRequest))
        let numbers =
            first == last
            ? "export request \(Quantity.count(first))"
            : "export requests \(Quantity.count(first)) to \(Quantity.count(last))"
        return "lost: \(numbers) (\(signals.joined(separator: ", "))), "
            + "between \(from ?? "an unknown time") and \(until ?? "an unknown time")"
    }

    /// RFC 3339 with milliseconds.
    private static func text(_ timestamp: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(timestamp.unixNanoseconds) / 1e9)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
