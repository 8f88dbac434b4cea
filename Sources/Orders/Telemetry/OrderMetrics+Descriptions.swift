/// What a metrics backend should say of a metric besides its measurements.
public struct MetricDescription: Sendable {
    /// The unit in UCUM; durations are exported in seconds, whatever the facade's own unit.
    public let unit: String

    /// What is measured.
    public let description: String

    /// The histogram's upper bounds, in the unit; empty where the metric is no histogram.
    public let bucketBoundaries: [Double]
}

extension OrderMetrics {
    enum Name {
        static let serverDuration = "http.server.request.duration"
        static let clientDuration = "http.client.request.duration"
        static let databaseDuration = "db.client.operation.duration"
        static let placed = "orders.placed"
        static let items = "orders.items"
        static let value = "orders.value"
    }

    /// Every metric of the service by its name, bucket boundaries as the semantic conventions
    /// advise.
    public static let descriptions: [String: MetricDescription] = [
        Name.serverDuration: MetricDescription(
            unit: "s",
            description: "Duration of HTTP server requests.",
            bucketBoundaries: httpBoundaries
        ),
        Name.clientDuration: MetricDescription(
            unit: "s",
            description: "Duration of HTTP client requests.",
            bucketBoundaries: httpBoundaries
        ),
        Name.databaseDuration: MetricDescription(
            unit: "s",
            description: "Duration of database client operations.",
            bucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
        ),
        Name.placed: MetricDescription(
            unit: "{order}",
            description: "Orders placed, by how they ended.",
            bucketBoundaries: []
        ),
        Name.items: MetricDescription(
            unit: "{item}",
            description: "Items ordered.",
            bucketBoundaries: []
        ),
        Name.value: MetricDescription(
            unit: "{currency}",
            description: "Total of an order, in major units of its currency.",
            bucketBoundaries: [5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 10_000]
        ),
    ]

    private static let httpBoundaries = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
}
