/// Why the environment's settings can't be used.
public enum TelemetryConfigurationError: Error, Equatable {
    /// A number is missing, or isn't in the range that is allowed.
    case invalidNumber(variable: String, value: String, allowed: ClosedRange<Int>)

    /// A URL isn't an absolute `http` or `https` one.
    case invalidURL(variable: String, value: String)

    /// An entry of a `key=value,…` list can't be read; entries count from 1. The entry itself may
    /// be secret, so it isn't told.
    case malformedEntry(variable: String, entry: Int)

    /// The value is none of those that are supported.
    case unsupported(variable: String, value: String, supported: [String])

    /// A batch would hold more than its queue.
    case batchExceedsQueue(variable: String, batchSize: Int, queueSize: Int)
}

extension TelemetryConfigurationError: CustomStringConvertible {
    /// One line that names the variable and what it should hold.
    public var description: String {
        switch self {
        case .invalidNumber(let variable, let value, let allowed):
            "\(variable) is “\(value)”; it must be a whole number from \(allowed.lowerBound) to "
                + "\(allowed.upperBound)"
        case .invalidURL(let variable, let value):
            "\(variable) is “\(value)”; it must be a URL such as http://localhost:4318"
        case .malformedEntry(let variable, let entry):
            "entry \(entry) of \(variable) can't be read; the list must be of the form "
                + "key=value,key=value, percent-encoded"
        case .unsupported(let variable, let value, let supported):
            "\(variable) is “\(value)”; supported is \(supported.joined(separator: ", "))"
        case .batchExceedsQueue(let variable, let batchSize, let queueSize):
            "\(variable) is \(batchSize), more than the queue of \(queueSize) can hold"
        }
    }
}
