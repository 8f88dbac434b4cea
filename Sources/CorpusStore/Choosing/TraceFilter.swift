/// Which traces of a corpus are chosen, as `--traces-with` takes it: all that meet every condition.
///
/// The conditions are on a trace as a whole, wherever in the corpus its spans lie.
public struct TraceFilter: Equatable, Sendable {
    /// A `service.name` that at least one span must be of.
    public var service: String?
    /// Whether at least one span must have the status error.
    public var needsError: Bool
    /// The least time from the earliest start of a span to the latest end, in nanoseconds; 0 is
    /// none.
    public var minimumDurationNanoseconds: Int64

    /// A filter that lets every trace through, unless told otherwise.
    public init(
        service: String? = nil,
        needsError: Bool = false,
        minimumDurationNanoseconds: Int64 = 0
    ) {
        self.service = service
        self.needsError = needsError
        self.minimumDurationNanoseconds = max(0, minimumDurationNanoseconds)
    }

    /// Reads conditions with commas between them: `service=NAME`, `error`, `min-duration=250ms`.
    ///
    /// `duration` reads a time with its unit, in nanoseconds; nil for what is none.
    /// - Throws: ``TraceFilterError`` for anything else, and for a condition given twice.
    public init(
        parsing text: String,
        duration: (String) -> Int64?
    ) throws(TraceFilterError) {
        self.init()
        var seen: Set<Substring> = []
        for condition in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = condition.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard seen.insert(parts[0]).inserted else { throw .repeated(String(parts[0])) }
            switch (parts[0], parts.count == 2 ? String(parts[1]) : nil) {
            case ("error", nil):
                needsError = true
            case ("service", let name?) where !name.isEmpty:
                service = name
            case ("min-duration", let length?):
                guard let nanoseconds = duration(length), nanoseconds >= 0 else {
                    throw .invalidDuration(length)
                }
                minimumDurationNanoseconds = nanoseconds
            default:
                throw .unknown(String(condition))
            }
        }
    }
}

extension TraceFilter: CustomStringConvertible {
    /// The filter as the command line takes it.
    public var description: String {
        var parts: [String] = []
        if let service { parts.append("service=\(service)") }
        if needsError { parts.append("error") }
        if minimumDurationNanoseconds > 0 {
            parts.append("min-duration=\(minimumDurationNanoseconds)ns")
        }
        return parts.joined(separator: ",")
    }
}

/// What is wrong with the text of a ``TraceFilter``.
public enum TraceFilterError: Error, Equatable {
    /// No condition that there is.
    case unknown(String)
    /// A condition that was given before.
    case repeated(String)
    /// A time that is none.
    case invalidDuration(String)
}

extension TraceFilterError: CustomStringConvertible {
    /// One line that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .unknown(let text):
            "'\(text)' is not a condition on traces; write service=NAME, error or "
                + "min-duration=250ms, with commas between"
        case .repeated(let name): "the condition \(name) is given twice"
        case .invalidDuration(let text):
            "'\(text)' is not a time; write min-duration=250ms or 2s"
        }
    }
}
