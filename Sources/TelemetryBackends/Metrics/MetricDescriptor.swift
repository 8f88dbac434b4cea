/// A metric as all its series share it.
final class MetricDescriptor: Sendable {
    enum Kind: Hashable {
        case counter
        case floatingPointCounter
        case gauge
        case histogram
    }

    let name: String
    let kind: Kind
    let unit: String
    let description: String

    /// The inclusive upper bounds of a histogram's buckets; a last bucket takes what is above.
    let bounds: [Double]

    var id: ObjectIdentifier { ObjectIdentifier(self) }

    init(name: String, kind: Kind, unit: String, description: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        bounds = unit == "s" ? Self.secondsBounds : Self.defaultBounds
    }

    /// Metrics SDK specification, "Explicit Bucket Histogram Aggregation".
    private static let defaultBounds: [Double] = [
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000,
    ]

    /// What the semantic conventions advise for durations ("HTTP metrics").
    private static let secondsBounds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
}

/// How measurements are distributed over a histogram's buckets.
struct Distribution: Equatable, Sendable {
    private(set) var count: UInt64 = 1
    private(set) var sum: Double
    private(set) var minimum: Double
    private(set) var maximum: Double
    private(set) var bucketCounts: [UInt64]

    /// The distribution of one measurement.
    init(_ value: Double, bounds: [Double]) {
        (sum, minimum, maximum) = (value, value, value)
        bucketCounts = [UInt64](repeating: 0, count: bounds.count + 1)
        bucketCounts[Self.bucket(of: value, bounds: bounds)] = 1
    }

    mutating func add(_ value: Double, bounds: [Double]) {
        count += 1
        sum += value
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        bucketCounts[Self.bucket(of: value, bounds: bounds)] += 1
    }

    private static func bucket(of value: Double, bounds: [Double]) -> Int {
        bounds.firstIndex { value <= $0 } ?? bounds.count
    }
}
