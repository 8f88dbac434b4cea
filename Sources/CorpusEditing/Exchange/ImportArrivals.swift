import OTLP

/// When imported export requests are said to have arrived: files don't keep it.
public enum ImportArrivals: Equatable, Sendable {
    /// With the latest time of one of its items, never before the request in front of it.
    case items
    /// Evenly, so many a second, from the first request's latest time on.
    case evenly(requestsPerSecond: Double)

    /// Reads `items`, or a rate such as `100rps`.
    /// - Throws: ``EditingError/invalidArrivals(_:)`` for anything else.
    public init(parsing text: String) throws(EditingError) {
        if text == "items" {
            self = .items
        } else if text.hasSuffix("rps"), let rate = Double(text.dropLast(3)),
            (1e-6...1e9).contains(rate)
        {
            self = .evenly(requestsPerSecond: rate)
        } else {
            throw .invalidArrivals(text)
        }
    }
}

/// Gives each request its arrival, in their order.
struct ArrivalClock {
    private let arrivals: ImportArrivals
    private var first: Timestamp?
    private var last = Timestamp(unixNanoseconds: 0)
    private var count = 0

    init(_ arrivals: ImportArrivals) {
        self.arrivals = arrivals
    }

    /// The arrival of the next request; `latest` is the latest time of one of its items, if any.
    mutating func arrival(latest: Timestamp?) -> Timestamp {
        defer { count += 1 }
        let begin = first ?? latest ?? WallClock().now
        first = begin
        switch arrivals {
        case .items:
            last = max(last, latest ?? begin)
        case .evenly(let rate):
            let offset = UInt64(min(Double(count) / rate * 1e9, 9e18))
            let (sum, overflow) = begin.unixNanoseconds.addingReportingOverflow(offset)
            last = Timestamp(unixNanoseconds: overflow ? .max : sum)
        }
        return last
    }
}

extension RequestScan {
    /// The latest time of an item; those past 2^63 − 1 ns don't count.
    var latestTime: Timestamp? {
        let latest =
            items.lazy
            .flatMap { [$0.timeUnixNanoseconds, $0.observedUnixNanoseconds] }
            .filter { $0 <= UInt64(Int64.max) }
            .max() ?? 0
        return latest == 0 ? nil : Timestamp(unixNanoseconds: latest)
    }
}
