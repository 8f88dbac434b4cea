/// A status that a gRPC call ends with, by gRPC's own names and numbers
/// (https://grpc.github.io/grpc/core/md_doc_statuscodes.html).
public enum GRPCStatus: Int, Equatable, Sendable {
    case ok = 0
    case cancelled
    case unknown
    case invalidArgument
    case deadlineExceeded
    case notFound
    case alreadyExists
    case permissionDenied
    case resourceExhausted
    case failedPrecondition
    case aborted
    case outOfRange
    case unimplemented
    case internalError
    case unavailable
    case dataLoss
    case unauthenticated

    /// The status as `grpc-status` has it; a number that gRPC doesn't define counts as unknown, as
    /// it asks for.
    /// - Returns: nil for text that is not a number.
    init?(field: String) {
        guard !field.isEmpty, field.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self = Int(field).flatMap(GRPCStatus.init(rawValue:)) ?? .unknown
    }
}

extension GRPCStatus: CustomStringConvertible {
    /// gRPC's name, such as `UNAVAILABLE`.
    public var description: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internalError: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }
}
