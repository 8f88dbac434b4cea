/// Why the order service can't start.
public enum OrderServiceError: Error, Equatable {
    /// Another program listens on the port.
    case portInUse(host: String, port: Int)

    /// The address can't be bound to, for the reason the system gave.
    case cannotListen(host: String, port: Int, reason: String)

    /// Not a port number.
    case invalidPort(Int)

    /// Not a share from 0 to 1.
    case invalidFailureRate(Double)

    /// Not a factor from 0 to 1,000.
    case invalidTimeScale(Double)

    /// Not a positive number of orders.
    case invalidStoreCapacity(Int)

    /// Not a positive number of bytes.
    case invalidMaximumBodyBytes(Int)
}

extension OrderServiceError: CustomStringConvertible {
    /// One line that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .portInUse(let host, let port):
            "order service: \(host):\(port) is in use; stop what listens there or choose another port"
        case .cannotListen(let host, let port, let reason):
            "order service: can't listen on \(host):\(port): \(reason)"
        case .invalidPort(let port):
            "order service: port \(port) is not between 0 and 65535"
        case .invalidFailureRate(let rate):
            "order service: failure rate \(rate) is not between 0 and 1"
        case .invalidTimeScale(let scale):
            "order service: time scale \(scale) is not between 0 and 1000"
        case .invalidStoreCapacity(let capacity):
            "order service: room for \(capacity) orders is not at least 1"
        case .invalidMaximumBodyBytes(let bytes):
            "order service: a body limit of \(bytes) bytes is not at least 1"
        }
    }
}
