public import Latency

/// What a corpus holds, in figures.
///
/// Encoded with snake-case keys it is the JSON that `corpus-stats --json` prints.
public struct CorpusStatistics: Codable, Equatable, Sendable {
    /// When and how it was recorded.
    public struct RecordingReport: Codable, Equatable, Sendable {
        /// Unix nanoseconds.
        public let startedUnixNanoseconds: UInt64
        /// Unix nanoseconds; nil when it did not end cleanly.
        public let endedUnixNanoseconds: UInt64?
        /// How it was made.
        public let settings: RecordingSettings
    }

    /// Export requests by signal.
    public struct Requests: Codable, Equatable, Sendable {
        /// Of spans.
        public let traces: Int
        /// Of metric points.
        public let metrics: Int
        /// Of log records.
        public let logs: Int

        /// Those of a corpus.
        public init(_ totals: CorpusTotals) {
            traces = totals.traces.requests
            metrics = totals.metrics.requests
            logs = totals.logs.requests
        }
    }

    /// Export requests by the way in which they arrived.
    public struct Protocols: Codable, Equatable, Sendable {
        /// By HTTP with protobuf bodies, or in a corpus that doesn't say.
        public let httpProtobuf: Int
        /// By HTTP with JSON bodies.
        public let httpJson: Int
        /// By gRPC.
        public let grpc: Int
    }

    /// Items by signal.
    public struct Items: Codable, Equatable, Sendable {
        /// Of traces.
        public let spans: Int
        /// Of metrics.
        public let metricPoints: Int
        /// Of logs.
        public let logRecords: Int

        /// Those of a corpus.
        public init(_ totals: CorpusTotals) {
            spans = totals.traces.items
            metricPoints = totals.metrics.items
            logRecords = totals.logs.items
        }
    }

    /// Sizes in bytes.
    public struct Bytes: Codable, Equatable, Sendable {
        /// Of all payloads.
        public let payload: Int
        /// Of the same messages as OTLP/JSON.
        public let jsonEquivalent: Int
        /// Of the blocks, which give back the payloads.
        public let blocks: Int
        /// Of the item tables with their names and indexes.
        public let itemTables: Int
        /// Of the file.
        public let file: Int
    }

    /// What one service sent.
    public struct Service: Codable, Equatable, Sendable {
        /// `service.name`.
        public let name: String
        /// Its spans.
        public let spans: Int
        /// Its metric points.
        public let metricPoints: Int
        /// Its log records.
        public let logRecords: Int
    }

    /// Spans of one service, name and kind.
    public struct Operation: Codable, Equatable, Sendable {
        /// `service.name`.
        public let service: String
        /// The spans' name.
        public let name: String
        /// `server`, `client`, `internal` and so on.
        public let kind: String
        /// How many.
        public let count: Int
        /// How many have status error.
        public let errors: Int
        /// How long they took.
        public let durationMs: LatencySummary
    }

    /// Points of one metric.
    public struct Metric: Codable, Equatable, Sendable {
        /// Its name.
        public let name: String
        /// `sum`, `gauge`, `histogram` and so on.
        public let type: String
        /// How many points.
        public let points: Int
    }

    /// Log records of one severity.
    public struct Severity: Codable, Equatable, Sendable {
        /// `INFO`, `WARN` and so on.
        public let severity: String
        /// How many.
        public let count: Int
    }

    /// Items that arrived within one stretch of the recording; all stretches are equally long.
    public struct Stretch: Codable, Equatable, Sendable {
        /// When it begins, from the first arrival on.
        public let second: Double
        /// Spans, metric points and log records.
        public let items: Int
    }

    /// What checking came to: in JSON true or false, and null when it was not done.
    public enum Check: Equatable, Sendable {
        /// Nobody asked.
        case unchecked
        /// All is right.
        case intact
        /// Something is not.
        case damaged
    }

    /// The report's format.
    public let version: Int
    /// The file.
    public let corpus: String
    /// Whether the recording ended cleanly.
    public let complete: Bool
    /// When and how it was made.
    public let recording: RecordingReport
    /// From the first arrival to the last.
    public let durationSeconds: Double
    /// Export requests by signal.
    public let exportRequests: Requests
    /// Export requests by the way in which they arrived.
    public let protocols: Protocols
    /// Items by signal.
    public let items: Items
    /// Sizes.
    public let bytes: Bytes
    /// Payload / blocks.
    public let compressionRatio: Double
    /// Which library inflates blocks: `zlib` or `libdeflate`.
    public let codec: String
    /// Whether everything that can be checked is right.
    public var verified: Check = .unchecked
    /// What checking found wrong; nil when it was not checked.
    public var problems: [String]?
    /// Over all payloads in order; nil when the recording did not end cleanly.
    public let digest: String?
    /// By service.
    public let services: [Service]
    /// By operation, most frequent first.
    public let operations: [Operation]
    /// By metric.
    public let metrics: [Metric]
    /// By severity, least severe first.
    public let severities: [Severity]
    /// Items over time.
    public let timeline: [Stretch]
}

extension CorpusStatistics.Check: Codable {
    /// Reads true, false or null.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard !container.decodeNil() else {
            self = .unchecked
            return
        }
        self = try container.decode(Bool.self) ? .intact : .damaged
    }

    /// Writes true, false or null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .unchecked: try container.encodeNil()
        case .intact: try container.encode(true)
        case .damaged: try container.encode(false)
        }
    }
}
