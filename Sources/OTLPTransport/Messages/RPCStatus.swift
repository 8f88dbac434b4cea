import SwiftProtobuf

/// `google.rpc.Status`, the body of every OTLP/HTTP answer that isn't a success (OTLP
/// specification, "OTLP/HTTP Response", "Failures").
///
/// Its third field, `details`, is kept as an unknown one: nothing here reads it.
struct RPCStatus: SwiftProtobuf.Message {
    /// The values of `google.rpc.Code` that a receiver answers with.
    enum Code: Int32 {
        case invalidArgument = 3
        case deadlineExceeded = 4
        case resourceExhausted = 8
        case unimplemented = 12
        case unavailable = 14
        case unauthenticated = 16
    }

    static let protoMessageName = "google.rpc.Status"

    var code: Int32 = 0
    var message = ""
    var unknownFields = UnknownStorage()

    init() {}

    init(_ code: Code, _ message: String) {
        self.code = code.rawValue
        self.message = message
    }

    /// The encoded message; neither field can keep it from being encoded.
    var encoded: [UInt8] {
        (try? serializedBytes()) ?? []
    }

    mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
        while let field = try decoder.nextFieldNumber() {
            switch field {
            case 1: try decoder.decodeSingularInt32Field(value: &code)
            case 2: try decoder.decodeSingularStringField(value: &message)
            default: break
            }
        }
    }

    func traverse<V: Visitor>(visitor: inout V) throws {
        if code != 0 { try visitor.visitSingularInt32Field(value: code, fieldNumber: 1) }
        if !message.isEmpty {
            try visitor.visitSingularStringField(value: message, fieldNumber: 2)
        }
        try unknownFields.traverse(visitor: &visitor)
    }

    func isEqualTo(message: any SwiftProtobuf.Message) -> Bool {
        guard let other = message as? RPCStatus else { return false }
        return code == other.code && self.message == other.message
            && unknownFields == other.unknownFields
    }
}
