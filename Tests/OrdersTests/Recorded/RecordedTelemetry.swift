import Logging
import Synchronization
import Tracing

/// Everything a service under test has told through the three facades.
final class RecordedTelemetry: Sendable {
    struct Span {
        var name: String
        let kind: SpanKind
        let context: RecordedSpanContext
        let parent: RecordedSpanContext?
        var attributes = SpanAttributes()
        var status: SpanStatus?
        var errors: [String] = []
    }

    struct Point {
        enum Kind { case timer, counter, recorder }
        let name: String
        let kind: Kind
        let dimensions: [String: String]
        let value: Double
    }

    struct Record {
        let event: LogEvent
        let context: RecordedSpanContext?
    }

    private let finishedSpans = Mutex<[Span]>([])
    private let measuredPoints = Mutex<[Point]>([])
    private let writtenRecords = Mutex<[Record]>([])
    private let identifiers = Atomic<UInt64>(1)

    var spans: [Span] { finishedSpans.withLock { $0 } }
    var points: [Point] { measuredPoints.withLock { $0 } }
    var records: [Record] { writtenRecords.withLock { $0 } }

    func nextIdentifier() -> UInt64 {
        identifiers.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    func add(_ span: Span) { finishedSpans.withLock { $0.append(span) } }
    func add(_ point: Point) { measuredPoints.withLock { $0.append(point) } }
    func add(_ record: Record) { writtenRecords.withLock { $0.append(record) } }
}

/// Which span is current.
struct RecordedSpanContext: Hashable, Sendable {
    let trace: String
    let span: String

    enum Key: ServiceContextKey {
        typealias Value = RecordedSpanContext
    }
}
