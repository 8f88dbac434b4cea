import Algorithms
import CorpusStore
import OTLP
import OTLPTransport

/// How a corpus was replayed, as its report tells.
public struct ReplaySettings: Codable, Equatable, Sendable {
    /// Where each signal went; nil where it wasn't sent.
    public struct Endpoints: Codable, Equatable, Sendable, CustomStringConvertible {
        /// The URL for traces.
        public let traces: String?
        /// The URL for metrics.
        public let metrics: String?
        /// The URL for logs.
        public let logs: String?

        init(_ destinations: ReplayDestinations, _ signals: [Signal]) {
            func url(_ signal: Signal) -> String? {
                guard signals.contains(signal) else { return nil }
                let destination = destinations[signal]
                let wireProtocol = destination.configuration.wireProtocol
                return destination.endpoint.url(for: signal, wireProtocol)
            }
            (traces, metrics, logs) = (url(.traces), url(.metrics), url(.logs))
        }

        /// All of them.
        public var description: String {
            [traces, metrics, logs].map { $0 ?? "none" }.joined(separator: " ")
        }
    }

    /// Where to: the endpoint, or all of them.
    public let to: String
    /// `http/protobuf`, `http/json` or `grpc`, or all of them; nil in reports older than the choice.
    public let `protocol`: String?
    /// The URL of each signal that was sent; nil in reports older than the choice.
    public let endpoints: Endpoints?
    /// `10x`, `0.5x` or `max`.
    public let speed: String
    /// `shift`, `scale` or `keep`.
    public let timestamps: String
    /// `keep` or `fresh`.
    public let ids: String
    /// The seed of fresh ids.
    public let idSeed: UInt64
    /// How often the selection was played.
    public let loop: Int
    /// Which signals were sent.
    public let signals: [String]
    /// Where on the recording's clock the replay began.
    public let fromSeconds: Double
    /// Where it ended; nil for the recording's end.
    public let untilSeconds: Double?
    /// The share of the requests, as `2/3`.
    public let shard: String?
    /// The only service whose resources were sent.
    public let service: String?
    /// The traces whose spans and log records alone were sent, as `--traces-with` takes it.
    public let tracesWith: String?
    /// How many requests might be under way at a time.
    public let maxInFlight: Int
    /// How many connections might be open.
    public let connections: Int
    /// `none` or `gzip`.
    public let compression: String
    /// How long a request was retried.
    public let retryForSeconds: Double

    init(_ configuration: ReplayConfiguration, _ lanes: SendingLanes) {
        let selection = configuration.selection.requests
        let signals = Signal.allCases.filter(selection.signals.contains)
        let destinations = signals.map { lanes.destinations[$0] }
        to = Self.list(destinations.map(\.endpoint.description))
        `protocol` = Self.list(destinations.map(\.configuration.wireProtocol.rawValue))
        endpoints = Endpoints(lanes.destinations, signals)
        speed = configuration.speed.description
        timestamps = configuration.timestamps.rawValue
        ids = configuration.identifiers.rawValue
        idSeed = configuration.identifierSeed
        loop = configuration.laps
        self.signals = signals.map(\.rawValue).sorted()
        fromSeconds = selection.from / .seconds(1)
        untilSeconds = selection.until.map { $0 / .seconds(1) }
        shard = configuration.selection.shard?.description
        service = selection.service
        tracesWith = selection.traces?.description
        maxInFlight = configuration.maximumInFlight
        connections = destinations.map(\.configuration.connections).max() ?? 0
        compression = Self.list(destinations.map(\.configuration.compression.rawValue))
        retryForSeconds = configuration.retryFor / .seconds(1)
    }

    /// Each once, in their order.
    private static func list(_ values: [String]) -> String {
        values.uniqued().joined(separator: ", ")
    }
}
