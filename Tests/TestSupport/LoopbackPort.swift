import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A port of the loopback that this process holds until the value goes away: it listens there and
/// never answers, or refuses.
public final class LoopbackPort: Sendable {
    /// The port's number.
    public let number: Int
    private let descriptor: Int32

    /// Holds a port: one that the system picks if it is 0.
    ///
    /// Where it doesn't listen, connections are refused, and nobody else can listen there.
    public init(_ number: UInt16 = 0, listens: Bool = true) throws {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) != 0
                    || (listens && listen(descriptor, 16) != 0)
                    || getsockname(descriptor, address, &length) != 0
            }
        }
        self.descriptor = descriptor
        self.number = Int(UInt16(bigEndian: address.sin_port))
        if failed { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// Whether this port can be listened on at present.
    public static func isFree(_ number: UInt16) -> Bool {
        (try? LoopbackPort(number)) != nil
    }

    /// The number of a port on which nothing listens at present.
    public static var free: Int {
        get throws { try LoopbackPort().number }
    }
}
