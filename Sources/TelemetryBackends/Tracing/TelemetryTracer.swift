public import Tracing

/// A tracer whose spans are exported as OTLP, and that carries them across processes in the headers
/// of W3C Trace Context.
///
/// A span is recorded if its parent is sampled, and always if it has none (Trace SDK
/// specification, "ParentBased" over "AlwaysOn").
public struct TelemetryTracer: Tracer {
    private let limits: SpanLimits
    private let identifiers: IdentifierGenerator
    private let processor: BatchProcessor<FinishedSpan>

    init(
        limits: SpanLimits,
        identifiers: IdentifierGenerator,
        processor: BatchProcessor<FinishedSpan>
    ) {
        self.limits = limits
        self.identifiers = identifiers
        self.processor = processor
    }

    /// Starts a span as the child of the one that is current in `context`, or as a new trace's
    /// first.
    ///
    /// The module in `fileID` becomes its instrumentation scope.
    public func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> TelemetrySpan {
        var context = context()
        let parent = context.spanContext
        let spanContext = SpanContext(
            traceID: parent?.traceID ?? identifiers.traceID(),
            spanID: identifiers.spanID(),
            flags: parent?.flags ?? .sampled,
            traceState: parent?.traceState
        )
        context.spanContext = spanContext
        return TelemetrySpan(
            operationName,
            context: context,
            spanContext: spanContext,
            parent: parent,
            kind: kind,
            fileID: fileID,
            startUnixNanoseconds: instant().nanosecondsSinceEpoch,
            limits: limits,
            processor: processor
        )
    }

    /// Reads `traceparent` and `tracestate`; malformed headers are ignored (W3C Trace Context,
    /// section 4.3).
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let traceparent = extractor.extract(key: "traceparent", from: carrier),
            let spanContext = SpanContext(
                traceparent: traceparent,
                tracestate: extractor.extract(key: "tracestate", from: carrier)
            )
        else { return }
        context.spanContext = spanContext
    }

    /// Writes `traceparent`, and `tracestate` where there is one, if a span is current.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let spanContext = context.spanContext else { return }
        injector.inject(spanContext.traceparent, forKey: "traceparent", into: &carrier)
        if let traceState = spanContext.traceState {
            injector.inject(traceState.header, forKey: "tracestate", into: &carrier)
        }
    }

    /// Asks for the export of all spans that have ended, and doesn't wait for it.
    public func forceFlush() {
        processor.makeQueuedDue()
    }
}
