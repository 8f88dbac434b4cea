import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Says in a few words what a connection failed with.
enum ConnectFailure {
    static func reason(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // A name may have several addresses; the failure of the first one tells enough.
            error.connectionErrors.first.map { reason(of: $0.error) } ?? "no such host"
        case let error as IOError:
            String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout:
            "no connection in time"
        case let error as OpeningError:
            "\(error)"
        case _ where TLSFailure.isTLS(error):
            TLSFailure.reason(of: error)
        default:
            String(printable: "\(error)", limit: 200)
        }
    }
}
