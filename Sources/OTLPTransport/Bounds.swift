import NIOCore
import OTLP

extension String {
    /// Text from outside, fit for one line of a terminal: control characters become spaces, and
    /// what exceeds the limit (in characters) is cut off.
    init(printable text: some StringProtocol, limit: Int) {
        let scalars = text.unicodeScalars.prefix(limit).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: scalar
            }
        }
        self.init(String.UnicodeScalarView(scalars))
    }
}

extension TimeAmount {
    /// A time from a nanosecond to a week, so that no deadline made of it overflows.
    init(bounded duration: Duration) {
        self = .nanoseconds(min(max(1, duration.wholeNanoseconds), 7 * 86_400 * 1_000_000_000))
    }
}
