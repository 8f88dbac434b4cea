import Terminal

/// Why there can be no load.
public enum LoadError: Error, Equatable {
    /// Not an `http` or `https` URL of a service.
    case invalidTarget(String)
    /// Not a number of orders a second above zero.
    case invalidRate(Double)
    /// Not a duration above zero, up to ``DurationArgument/longest``.
    case invalidDuration(Duration)
    /// Not within 1 and ``LoadConfiguration/mostConcurrent``.
    case invalidMaxConcurrent(Int)
    /// More than ``LoadConfiguration/mostOrders``.
    case tooManyOrders(Double)
    /// Nothing answers at the target.
    case unreachable(target: String)
    /// Something answers at the target, but it isn't a healthy order service.
    case unhealthy(target: String, status: Int)
}

extension LoadError: CustomStringConvertible {
    /// One line that says what was found and what to do.
    public var description: String {
        switch self {
        case .invalidTarget(let text):
            "\(text) is not the URL of a service: write it as http://127.0.0.1:8081"
        case .invalidRate(let rate):
            "\(rate) requests/s is no rate: write a number above zero"
        case .invalidDuration(let duration):
            "\(duration) is no duration for a load: it must be above zero, up to 8760h"
        case .invalidMaxConcurrent(let count):
            "\(count) orders can't be under way at once: write a number from 1 to "
                + Quantity.count(LoadConfiguration.mostConcurrent)
        case .tooManyOrders(let count):
            "\(count) orders are too many for one load: the limit is "
                + "\(Quantity.count(LoadConfiguration.mostOrders)); lower the rate or the duration"
        case .unreachable(let target):
            "nothing listens at \(target); start it with: order-service"
        case .unhealthy(let target, let status):
            "\(target)/health answers \(status), not 200: is it an order service, and ready?"
        }
    }
}
