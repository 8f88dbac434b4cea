import CorpusStore
import OTLP

/// A run of export requests that were not found, with what the rows of `requests` say of it.
///
/// Nothing tells whether such a row is damaged, but that it arrived long before or after those
/// around it.
struct LostRun {
    /// How far requests that came in at the same moment may be from the order of their arrivals.
    private static let sameMoment: UInt64 = 1_000_000_000
    /// How far from those around it a row may be to be believed at all.
    private static let farthest: UInt64 = 60_000_000_000

    let numbers: ClosedRange<Int64>
    /// The arrivals of those that were found around it.
    private let after: UInt64?
    private let before: UInt64?

    private var counted: Int64 = 0
    private var requests: [Signal: Int] = [:]
    private var arrivals: ClosedRange<UInt64>?
    private var isInOrder = true

    init(_ numbers: ClosedRange<Int64>, after: UInt64?, before: UInt64?) {
        self.numbers = numbers
        self.after = after
        self.before = before
    }

    /// Takes one of the rows, in the order of their numbers.
    mutating func take(_ row: CorpusRows.Request) {
        let arrival = row.arrival
        guard row.id > counted, Self.isOrdered(after, arrival, within: Self.farthest),
            Self.isOrdered(arrival, before, within: Self.farthest)
        else { return }
        counted = row.id
        requests[row.signal, default: 0] += 1
        isInOrder =
            isInOrder && Self.isOrdered(arrivals?.upperBound ?? after, arrival)
            && Self.isOrdered(arrival, before)
        let known = arrivals ?? arrival...arrival
        arrivals = min(known.lowerBound, arrival)...max(known.upperBound, arrival)
    }

    private static func isOrdered(
        _ first: UInt64?,
        _ second: UInt64?,
        within most: UInt64 = sameMoment
    ) -> Bool {
        guard let first, let second, first > second else { return true }
        return first - second <= most
    }

    /// What is known of it in a corpus that was recorded in that time, as far as that is known.
    func loss(started: UInt64?, ended: UInt64?) -> RecoveryResult.Loss {
        var from = after ?? started.flatMap { $0 <= before ?? .max ? $0 : nil }
        var until = before ?? ended.flatMap { $0 >= after ?? 0 ? $0 : nil }
        if let arrivals, requests.values.reduce(0, +) == numbers.count {
            // Out of order, any of the rows may be the damaged one.
            from = isInOrder ? arrivals.lowerBound : from.map { min($0, arrivals.lowerBound) }
            until = isInOrder ? arrivals.upperBound : until.map { max($0, arrivals.upperBound) }
        }
        return RecoveryResult.Loss(
            numbers: numbers,
            from: from.map(Timestamp.init),
            until: until.map(Timestamp.init),
            requests: requests
        )
    }
}
