/// The `load-test` program's report: how the load was made, and what became of it.
public struct LoadTestReport: Sendable, Codable {
    /// What the load was to be.
    public struct Settings: Sendable, Codable {
        let target: String
        let rps: Double
        let durationSeconds: Double
        let maxConcurrent: Int
        let arrivals: Arrivals
        let seed: UInt64

        private enum CodingKeys: String, CodingKey {
            case target, rps, arrivals, seed
            case durationSeconds = "duration_seconds"
            case maxConcurrent = "max_concurrent"
        }
    }

    /// The version of the report's form.
    public let version: Int
    /// What the load was to be.
    public let settings: Settings
    /// What became of it.
    public let load: LoadReport

    /// The report of a load with its configuration.
    public init(_ configuration: LoadConfiguration, _ load: LoadReport) {
        version = 1
        settings = Settings(
            target: configuration.target,
            rps: configuration.ordersPerSecond,
            durationSeconds: configuration.duration / .seconds(1),
            maxConcurrent: configuration.maxConcurrent,
            arrivals: configuration.arrivals,
            seed: configuration.seed
        )
        self.load = load
    }
}
