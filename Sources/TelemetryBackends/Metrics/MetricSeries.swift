import OTLP
import Synchronization

/// One point of a series, as it waits for its export.
struct MetricPoint: Sendable {
    let series: MetricSeries
    /// Zero, which is unset, for gauges.
    let startUnixNanoseconds: UInt64
    let unixNanoseconds: UInt64
    let value: MetricValue
}

/// What a point says; a histogram's single measurement stays a number until it is encoded.
enum MetricValue: Equatable, Sendable {
    case integer(Int64)
    case double(Double)
    case distribution(Distribution)
}

/// The points of one metric with one set of attributes.
///
/// Their times increase strictly, and each delta point starts where the one before it ended, so
/// intervals neither overlap nor leave gaps (Metrics data model, "Temporality").
final class MetricSeries: Sendable {
    private struct State {
        var lastUnixNanoseconds: UInt64
        /// A gauge's present value, for changes relative to it.
        var level = 0.0
        /// What was measured since the last point, in aggregated mode.
        var pending: MetricValue?
    }

    let metric: MetricDescriptor
    let attributes: [OTLPKeyValue]
    private let pipeline: MetricPipeline
    private let state: Mutex<State>

    init(_ metric: MetricDescriptor, attributes: [OTLPKeyValue], pipeline: MetricPipeline) {
        self.metric = metric
        self.attributes = attributes
        self.pipeline = pipeline
        let created = pipeline.clock.wallTime().unixNanoseconds
        state = Mutex(State(lastUnixNanoseconds: created))
    }

    /// Takes an increment of a counter; a negative one is against its contract and ignored.
    func add(_ increment: Int64) {
        guard increment >= 0 else { return }
        state.withLock { record(.integer(increment), in: &$0) }
    }

    /// Takes an increment of a floating point counter; one that is negative or not finite is
    /// ignored.
    func add(_ increment: Double) {
        guard increment >= 0, increment.isFinite else { return }
        state.withLock { record(.double(increment), in: &$0) }
    }

    /// Takes a measurement of a histogram or a value of a gauge; one that isn't finite is ignored.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        state.withLock { state in
            state.level = value
            record(.double(value), in: &state)
        }
    }

    /// Moves a gauge's value.
    func move(by change: Double) {
        state.withLock { state in
            guard (state.level + change).isFinite else { return }
            state.level += change
            record(.double(state.level), in: &state)
        }
    }

    /// Emits what was measured since the last point, if anything, as one point.
    func collect() {
        state.withLock { state in
            // A point for which there is no room stays, and goes on to be aggregated.
            if let pending = state.pending, emit(pending, in: &state) {
                state.pending = nil
            }
        }
    }

    private func record(_ value: MetricValue, in state: inout State) {
        switch pipeline.mode {
        case .perMeasurement:
            emit(value, in: &state)
        case .aggregated:
            // Out of the state while it changes, so that its buckets aren't copied.
            let pending = state.pending.take()
            state.pending = metric.aggregate(pending, with: value)
        }
    }

    /// Runs under the series' lock, so that its points are queued in the order of their times.
    @discardableResult
    private func emit(_ value: MetricValue, in state: inout State) -> Bool {
        let last = state.lastUnixNanoseconds
        let time = max(pipeline.clock.wallTime().unixNanoseconds, last &+ 1)
        let isTaken = pipeline.processor.emit(
            MetricPoint(
                series: self,
                startUnixNanoseconds: metric.kind == .gauge ? 0 : last,
                unixNanoseconds: time,
                value: value
            )
        )
        if isTaken {
            state.lastUnixNanoseconds = time
        }
        return isTaken
    }
}

extension MetricDescriptor {
    /// What was measured so far and one measurement more; sums stop at the largest number.
    func aggregate(_ pending: consuming MetricValue?, with value: MetricValue) -> MetricValue {
        switch (kind, pending, value) {
        case (.counter, .integer(let sum), .integer(let increment)):
            let (result, overflow) = sum.addingReportingOverflow(increment)
            return .integer(overflow ? .max : result)
        case (.floatingPointCounter, .double(let sum), .double(let increment)):
            return .double(min(sum + increment, .greatestFiniteMagnitude))
        case (.histogram, nil, .double(let measurement)):
            return .distribution(Distribution(measurement, bounds: bounds))
        case (.histogram, .distribution(var distribution), .double(let measurement)):
            distribution.add(measurement, bounds: bounds)
            return .distribution(distribution)
        default:
            return value
        }
    }
}
