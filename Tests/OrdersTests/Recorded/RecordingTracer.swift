import Synchronization
import Tracing

/// A tracer that keeps finished spans and continues a W3C `traceparent`.
struct RecordingTracer: Tracer {
    let recorded: RecordedTelemetry

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordingSpan {
        var context = context()
        let parent = context[RecordedSpanContext.Key.self]
        let identity = RecordedSpanContext(
            trace: parent?.trace ?? "\(recorded.nextIdentifier())",
            span: "\(recorded.nextIdentifier())"
        )
        context[RecordedSpanContext.Key.self] = identity
        return RecordingSpan(
            context: context,
            recorded: recorded,
            span: RecordedTelemetry.Span(
                name: operationName,
                kind: kind,
                context: identity,
                parent: parent
            )
        )
    }

    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Carrier == Extract.Carrier {
        let parts = extractor.extract(key: "traceparent", from: carrier)?.split(separator: "-")
        guard let parts, parts.count == 4 else { return }
        context[RecordedSpanContext.Key.self] = RecordedSpanContext(
            trace: String(parts[1]),
            span: String(parts[2])
        )
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Carrier == Inject.Carrier {}
}

final class RecordingSpan: Span {
    let context: ServiceContext
    private let recorded: RecordedTelemetry
    private let state: Mutex<RecordedTelemetry.Span?>

    init(context: ServiceContext, recorded: RecordedTelemetry, span: RecordedTelemetry.Span) {
        self.context = context
        self.recorded = recorded
        state = Mutex(span)
    }

    var operationName: String {
        get { state.withLock { $0?.name ?? "" } }
        set { state.withLock { $0?.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0?.attributes ?? [:] } }
        set { state.withLock { $0?.attributes = newValue } }
    }

    var isRecording: Bool { state.withLock { $0 != nil } }

    func setStatus(_ status: SpanStatus) { state.withLock { $0?.status = status } }

    func addEvent(_ event: SpanEvent) {}

    func addLink(_ link: SpanLink) {}

    func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        state.withLock { $0?.errors.append("\(type(of: error)): \(error)") }
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        if let span = state.withLock({ $0.take() }) { recorded.add(span) }
    }
}
