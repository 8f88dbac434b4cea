import CorpusStore
import OTLP
import OTLPTransport

/// How a corpus was replayed, as its report tells.
public struct ReplaySettings: Codable, Equatable, Sendable {
    /// Where to.
    public let to: String
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
        to = lanes.endpoint.description
        speed = configuration.speed.description
        timestamps = configuration.timestamps.rawValue
        ids = configuration.identifiers.rawValue
        idSeed = configuration.identifierSeed
        loop = configuration.laps
        signals = selection.signals.map(\.rawValue).sorted()
        fromSeconds = selection.from / .seconds(1)
        untilSeconds = selection.until.map { $0 / .seconds(1) }
        shard = configuration.selection.shard?.description
        service = selection.service
        tracesWith = selection.traces?.description
        maxInFlight = configuration.maximumInFlight
        connections = lanes.configuration.connections
        compression = lanes.configuration.compression.rawValue
        retryForSeconds = configuration.retryFor / .seconds(1)
    }
}
