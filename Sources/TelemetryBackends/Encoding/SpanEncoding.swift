import OTLP
import Tracing

extension OTLPSpan {
    init(_ span: FinishedSpan) {
        self.init()
        traceID = span.context.traceID.data
        spanID = span.context.spanID.data
        traceState = span.context.traceState?.header ?? ""
        flags = span.context.otlpFlags(isRemote: span.parent?.isRemote ?? false)
        if let parent = span.parent {
            parentSpanID = parent.spanID.data
        }
        name = span.name
        kind = SpanKind(span.kind)
        startTimeUnixNano = span.startUnixNanoseconds
        endTimeUnixNano = span.endUnixNanoseconds
        attributes = [OTLPKeyValue](span.content.attributes)
        droppedAttributesCount = UInt32(clamping: span.content.droppedAttributesCount)
        if !span.content.events.isEmpty {
            events = span.content.events.map { Event($0) }
        }
        droppedEventsCount = UInt32(clamping: span.content.droppedEventsCount)
        if !span.content.links.isEmpty {
            links = span.content.links.map { Link($0) }
        }
        droppedLinksCount = UInt32(clamping: span.content.droppedLinksCount)
        if let spanStatus = span.content.status {
            status.code = spanStatus.code == .ok ? .ok : .error
            status.message = spanStatus.message ?? ""
        }
    }
}

extension OTLPSpan.SpanKind {
    fileprivate init(_ kind: Tracing.SpanKind) {
        self =
            switch kind {
            case .internal: .internal
            case .server: .server
            case .client: .client
            case .producer: .producer
            case .consumer: .consumer
            }
    }
}

extension OTLPSpan.Event {
    fileprivate init(_ event: FinishedSpan.Event) {
        self.init()
        name = event.name
        timeUnixNano = event.unixNanoseconds
        attributes = [OTLPKeyValue](event.attributes)
        droppedAttributesCount = UInt32(clamping: event.droppedAttributesCount)
    }
}

extension OTLPSpan.Link {
    fileprivate init(_ link: FinishedSpan.Link) {
        self.init()
        traceID = link.context.traceID.data
        spanID = link.context.spanID.data
        traceState = link.context.traceState?.header ?? ""
        flags = link.context.otlpFlags(isRemote: link.context.isRemote)
        attributes = [OTLPKeyValue](link.attributes)
        droppedAttributesCount = UInt32(clamping: link.droppedAttributesCount)
    }
}

extension SpanContext {
    /// The W3C flags, and whether the parent (of a span) or the context (of a link) is remote:
    /// `SpanFlags` in OTLP's `trace.proto`.
    fileprivate func otlpFlags(isRemote: Bool) -> UInt32 {
        UInt32(flags.rawValue) | 0x100 | (isRemote ? 0x200 : 0)
    }
}
