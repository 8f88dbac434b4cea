import Foundation

/// Whether runs of a replay are the same, and if not, where they differ.
///
/// The first run is what the others are held against.
public struct ReplayComparison: Codable, Equatable, Sendable {
    /// Something other than a figure in which a run differs from the first.
    public struct Mismatch: Codable, Equatable, Sendable {
        /// Which run.
        public let run: String
        /// What differs: a setting by its name, `corpus` or `content`.
        public let name: String
        /// What it is in the first run.
        public let first: String
        /// What it is in this run.
        public let other: String
    }

    /// One figure of a run beside that of the first.
    public struct Difference: Codable, Equatable, Sendable {
        /// Which run.
        public let run: String
        /// The figure, with its unit last.
        public let name: String
        /// What it is in the first run.
        public let first: Double
        /// What it is in this run.
        public let other: Double
        /// The difference as a share of the first run's; 0 where that is 0.
        public let change: Double
        /// The lower end of the change's interval; nil where there is none.
        ///
        /// All intervals of a comparison hold together with 95 %.
        public let changeLow: Double?
        /// The upper end of it.
        public let changeHigh: Double?
        /// Whether the change is beyond the threshold, as is all of its interval.
        public let isBeyond: Bool
    }

    /// How far all runs agree on a figure.
    public struct Spread: Codable, Equatable, Sendable {
        /// The figure, with its unit last.
        public let name: String
        /// Its middle value.
        public let median: Double
        /// The standard deviation as a share of the mean.
        public let coefficientOfVariation: Double
    }

    /// The comparison's format.
    public let version: Int
    /// Changes up to this share are no difference.
    public let threshold: Double
    /// The runs, by file, with a number where a file holds several.
    public let runs: [String]
    /// Whether every run sent the same, and none of its figures is beyond the threshold.
    public let same: Bool
    /// Runs whose content, or corpus, is another.
    public let contents: [Mismatch]
    /// Settings that differ; they are not held against a run.
    public let settings: [Mismatch]
    /// Figures of each run beside the first's.
    public let differences: [Difference]
    /// How far the runs agree; empty for fewer than three.
    public let spreads: [Spread]

    /// Compares the runs in the files, at least two.
    /// - Throws: ``PlaybackError/tooFewRuns(_:)``.
    public init(_ files: [ReportFile], threshold: Double, seed: UInt64 = 1) throws(PlaybackError) {
        let runs = files.flatMap { file in
            file.reports.enumerated().map { index, report in
                (
                    name: file.reports.count > 1 ? "\(file.path)#\(index + 1)" : file.path,
                    report: report
                )
            }
        }
        guard let first = runs.first, runs.count > 1 else { throw .tooFewRuns(runs.count) }
        let intervalCount = ReplayFigure.allCases.count(where: \.hasInterval) * (runs.count - 1)
        var bootstrap = Bootstrap(seed: seed, intervals: intervalCount)
        var contents: [Mismatch] = []
        var settings: [Mismatch] = []
        var differences: [Difference] = []
        for run in runs.dropFirst() {
            contents += Self.contents(run.name, first.report, run.report)
            settings += Self.settings(run.name, first.report.settings, run.report.settings)
            differences += ReplayFigure.allCases.map { figure in
                Self.difference(
                    figure,
                    run.name,
                    (first.report, run.report),
                    threshold: threshold,
                    &bootstrap
                )
            }
        }
        version = 1
        self.threshold = threshold
        self.runs = runs.map(\.name)
        self.contents = contents
        self.settings = settings
        self.differences = differences
        same = contents.isEmpty && !differences.contains(where: \.isBeyond)
        spreads =
            runs.count < 3
            ? []
            : ReplayFigure.allCases.map { figure in
                let sample = Sample(runs.map { figure.value($0.report) })
                return Spread(
                    name: figure.rawValue,
                    median: sample.median,
                    coefficientOfVariation: Self.rounded(sample.coefficientOfVariation)
                )
            }
    }

    private static func contents(
        _ run: String,
        _ first: ReplayReport,
        _ other: ReplayReport
    ) -> [Mismatch] {
        [
            ("corpus", first.corpus.digest, other.corpus.digest),
            ("content", first.contentDigest, other.contentDigest),
        ].compactMap { name, first, other in
            first == other ? nil : Mismatch(run: run, name: name, first: first, other: other)
        }
    }

    private static func settings(
        _ run: String,
        _ first: ReplaySettings,
        _ other: ReplaySettings
    ) -> [Mismatch] {
        func fields(_ settings: ReplaySettings) -> [(name: String, value: String)] {
            Mirror(reflecting: settings).children.map { child in
                let value = Mirror(reflecting: child.value)
                guard value.displayStyle == .optional else {
                    return (child.label ?? "", "\(child.value)")
                }
                return (child.label ?? "", value.children.first.map { "\($0.value)" } ?? "none")
            }
        }
        return zip(fields(first), fields(other)).compactMap { first, other in
            first.value == other.value
                ? nil : Mismatch(run: run, name: first.name, first: first.value, other: other.value)
        }
    }

    private static func difference(
        _ figure: ReplayFigure,
        _ run: String,
        _ reports: (first: ReplayReport, other: ReplayReport),
        threshold: Double,
        _ bootstrap: inout Bootstrap
    ) -> Difference {
        let (first, other) = (figure.value(reports.first), figure.value(reports.other))
        let change = first == 0 ? 0 : other / first - 1
        let interval: ClosedRange<Double>?
        if let (ours, share) = figure.quantile(reports.first),
            let (theirs, _) = figure.quantile(reports.other)
        {
            interval = bootstrap.interval(ours, theirs, quantile: share)
        } else if figure == .acceptedRequestsPerSecond {
            interval = bootstrap.interval(Self.rates(reports.first), Self.rates(reports.other))
        } else {
            interval = nil
        }
        return Difference(
            run: run,
            name: figure.rawValue,
            first: first,
            other: other,
            change: rounded(change),
            changeLow: interval.map { rounded($0.lowerBound) },
            changeHigh: interval.map { rounded($0.upperBound) },
            isBeyond: isBeyond(change, interval, threshold: threshold)
                && abs(other - first) >= figure.indifference
        )
    }

    /// Whether a change, and all of its interval if it has one, is beyond the threshold.
    static func isBeyond(
        _ change: Double,
        _ interval: ClosedRange<Double>?,
        threshold: Double
    ) -> Bool {
        guard abs(change) > threshold else { return false }
        guard let interval else { return true }
        return interval.lowerBound > threshold || interval.upperBound < -threshold
    }

    /// Requests sent in each second, the last left out since it is seldom a whole one.
    private static func rates(_ report: ReplayReport) -> [Double] {
        report.timeline.dropLast().map { Double($0.requests) }
    }

    private static func rounded(_ share: Double) -> Double {
        (share * 10_000).rounded() / 10_000
    }
}
