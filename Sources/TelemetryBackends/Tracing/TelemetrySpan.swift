import Synchronization
public import Tracing

/// A span that is exported once it has ended, if its trace is sampled.
///
/// After its end, and if it isn't recording, whatever is done to it has no effect.
public final class TelemetrySpan: Span {
    private struct State {
        var name: String
        var content = SpanContent()
        var hasEnded = false
    }

    /// The context in which this span is current.
    public let context: ServiceContext

    private let spanContext: SpanContext
    private let parent: SpanContext?
    private let kind: SpanKind
    private let fileID: String
    private let startUnixNanoseconds: UInt64
    private let limits: SpanLimits
    private let processor: BatchProcessor<FinishedSpan>
    private let state: Mutex<State>

    init(
        _ name: String,
        context: ServiceContext,
        spanContext: SpanContext,
        parent: SpanContext?,
        kind: SpanKind,
        fileID: String,
        startUnixNanoseconds: UInt64,
        limits: SpanLimits,
        processor: BatchProcessor<FinishedSpan>
    ) {
        self.context = context
        self.spanContext = spanContext
        self.parent = parent
        self.kind = kind
        self.fileID = fileID
        self.startUnixNanoseconds = startUnixNanoseconds
        self.limits = limits
        self.processor = processor
        state = Mutex(State(name: name))
    }

    /// Whether the span will be exported: its trace is sampled, and it hasn't ended.
    public var isRecording: Bool {
        spanContext.flags.contains(.sampled) && state.withLock { !$0.hasEnded }
    }

    /// The span's name.
    public var operationName: String {
        get { state.withLock { $0.name } }
        set { update { $0.name = newValue } }
    }

    /// The span's attributes; those beyond the limit are dropped and counted.
    public var attributes: SpanAttributes {
        get { state.withLock { $0.content.attributes } }
        set { update { $0.content.setAttributes(newValue, limits: limits) } }
    }

    /// Sets the status, unless it is `ok` already.
    public func setStatus(_ status: SpanStatus) {
        update { $0.content.setStatus(status) }
    }

    /// Adds an event; one beyond the limit is dropped and counted.
    public func addEvent(_ event: SpanEvent) {
        update {
            $0.content.add(
                event.name,
                at: event.nanosecondsSinceEpoch,
                attributes: event.attributes,
                limits: limits
            )
        }
    }

    /// Adds an `exception` event with the error's type and description (semantic conventions,
    /// "Exceptions in spans"), and the attributes given, which have precedence.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        guard isRecording else { return }
        var all = SpanAttributes([
            "exception.type": .string(error.exceptionType),
            "exception.message": .string("\(error)"),
        ])
        all.merge(attributes)
        let unixNanoseconds = instant().nanosecondsSinceEpoch
        update {
            $0.content.add("exception", at: unixNanoseconds, attributes: all, limits: limits)
        }
    }

    /// Adds a link; one beyond the limit is dropped and counted.
    public func addLink(_ link: SpanLink) {
        update { $0.content.add(link, limits: limits) }
    }

    /// Ends the span and queues it for export; only the first call has an effect.
    ///
    /// An end before the span's start, as a wall clock that is set back makes it, becomes the
    /// start.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard spanContext.flags.contains(.sampled) else { return }
        let end = max(startUnixNanoseconds, instant().nanosecondsSinceEpoch)
        let final = state.withLock { state -> State? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard let final else { return }
        processor.emit(
            FinishedSpan(
                context: spanContext,
                parent: parent,
                kind: kind,
                fileID: fileID,
                startUnixNanoseconds: startUnixNanoseconds,
                endUnixNanoseconds: end,
                name: final.name,
                content: final.content
            )
        )
    }

    private func update(_ change: (inout State) -> Void) {
        guard spanContext.flags.contains(.sampled) else { return }
        state.withLock { state in
            if !state.hasEnded {
                change(&state)
            }
        }
    }
}
