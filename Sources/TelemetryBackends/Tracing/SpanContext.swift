public import Tracing

/// What identifies a span across processes (Tracing API specification, "SpanContext").
public struct SpanContext: Equatable, Sendable {
    /// The trace it belongs to.
    public let traceID: TraceID

    /// The span itself.
    public let spanID: SpanID

    /// Whether it is recorded.
    public let flags: TraceFlags

    /// What tracing systems along the way have added; `nil` where there is nothing.
    public let traceState: TraceState?

    /// Whether it came from another process.
    public let isRemote: Bool

    /// A context of the given parts.
    public init(
        traceID: TraceID,
        spanID: SpanID,
        flags: TraceFlags = .sampled,
        traceState: TraceState? = nil,
        isRemote: Bool = false
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
        self.traceState = traceState
        self.isRemote = isRemote
    }
}

/// The flags that travel with a span context (W3C Trace Context, section 3.2.2.5, "trace-flags").
public struct TraceFlags: OptionSet, Sendable {
    /// The flags' byte, as it stands in `traceparent`.
    public let rawValue: UInt8

    /// Flags of a byte; bits that have no meaning yet are kept out.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue & 0x03
    }

    /// The caller may have recorded the trace, so this process records it too.
    public static let sampled = TraceFlags(rawValue: 0x01)

    /// The trace id's last seven bytes are random (Trace Context Level 2).
    public static let random = TraceFlags(rawValue: 0x02)
}

extension ServiceContext {
    private enum SpanContextKey: ServiceContextKey {
        typealias Value = SpanContext
    }

    /// The span that is current in this context, or the remote one it was extracted from.
    public var spanContext: SpanContext? {
        get { self[SpanContextKey.self] }
        set { self[SpanContextKey.self] = newValue }
    }
}
