import Tracing

/// A span that has ended, as it waits for its export.
struct FinishedSpan: Sendable {
    struct Event: Sendable {
        let name: String
        let unixNanoseconds: UInt64
        let attributes: SpanAttributes
        let droppedAttributesCount: Int
    }

    struct Link: Sendable {
        let context: SpanContext
        let attributes: SpanAttributes
        let droppedAttributesCount: Int
    }

    let context: SpanContext
    let parent: SpanContext?
    let kind: SpanKind
    /// `#fileID` of the code that started the span.
    let fileID: String
    let startUnixNanoseconds: UInt64
    let endUnixNanoseconds: UInt64
    let name: String
    let content: SpanContent

    /// The module that started the span, which is its instrumentation scope.
    var scope: Substring { fileID.prefix { $0 != "/" } }
}

/// What code adds to a span while it runs, within the limits.
struct SpanContent: Sendable {
    private(set) var attributes = SpanAttributes()
    private(set) var droppedAttributesCount = 0
    private(set) var events: [FinishedSpan.Event] = []
    private(set) var droppedEventsCount = 0
    private(set) var links: [FinishedSpan.Link] = []
    private(set) var droppedLinksCount = 0
    private(set) var status: SpanStatus?

    /// Keeps what was there, as far as it still is, before what is new.
    mutating func setAttributes(_ new: SpanAttributes, limits: SpanLimits) {
        let (kept, droppedCount) = new.limited(to: limits.attributes, keeping: attributes)
        attributes = kept
        droppedAttributesCount += droppedCount
    }

    mutating func add(
        _ name: String,
        at unixNanoseconds: UInt64,
        attributes: SpanAttributes,
        limits: SpanLimits
    ) {
        guard events.count < limits.events else {
            droppedEventsCount += 1
            return
        }
        let (kept, droppedCount) = attributes.limited(to: limits.attributes)
        events.append(
            FinishedSpan.Event(
                name: name,
                unixNanoseconds: unixNanoseconds,
                attributes: kept,
                droppedAttributesCount: droppedCount
            )
        )
    }

    /// A link to a context without a span says nothing, and is left out.
    mutating func add(_ link: SpanLink, limits: SpanLimits) {
        guard let context = link.context.spanContext else { return }
        guard links.count < limits.links else {
            droppedLinksCount += 1
            return
        }
        let (kept, droppedCount) = link.attributes.limited(to: limits.attributes)
        links.append(
            FinishedSpan.Link(
                context: context,
                attributes: kept,
                droppedAttributesCount: droppedCount
            )
        )
    }

    /// `ok` is final, and only an error has a message (Tracing API specification, "Set Status").
    mutating func setStatus(_ new: SpanStatus) {
        guard status?.code != .ok else { return }
        status = new.code == .ok ? SpanStatus(code: .ok) : new
    }
}

extension SpanAttributes {
    /// At most so many attributes, those that `earlier` has too before others, and how many were
    /// left out.
    fileprivate func limited(
        to limit: Int,
        keeping earlier: SpanAttributes = [:]
    ) -> (kept: SpanAttributes, droppedCount: Int) {
        guard count > limit else { return (self, 0) }
        var entries: [(isEarlier: Bool, key: String, value: SpanAttribute)] = []
        forEach { entries.append((earlier.get($0) != nil, $0, $1)) }
        entries.sort { ($0.isEarlier ? 0 : 1, $0.key) < ($1.isEarlier ? 0 : 1, $1.key) }
        var kept = SpanAttributes()
        for entry in entries.prefix(max(0, limit)) {
            kept.set(entry.key, value: entry.value)
        }
        return (kept, count - kept.count)
    }
}

extension Error {
    /// The error's type as `exception.type` names it (semantic conventions, "Exceptions").
    var exceptionType: String { String(reflecting: type(of: self)) }
}
