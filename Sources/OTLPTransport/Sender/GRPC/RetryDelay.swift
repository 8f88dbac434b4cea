import Foundation
import SwiftProtobuf

/// What a server asks for with `google.rpc.RetryInfo` in the details of a status (OTLP
/// specification, "OTLP/gRPC Throttling").
enum RetryDelay {
    /// The delay in the value of a `grpc-status-details-bin` field: base64, padded or not, of a
    /// `google.rpc.Status`.
    ///
    /// - Returns: The time to wait, from 0 to ``RetryAfter/longest``; nil when there is none, or
    ///   the value is malformed.
    static func duration(statusDetails field: String) -> Duration? {
        let padding = String(repeating: "=", count: (4 - field.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: field + padding),
            let status = try? StatusDetails(serializedBytes: bytes)
        else { return nil }
        for detail in status.details where detail.typeURL.hasSuffix("/google.rpc.RetryInfo") {
            guard let delay = try? RetryInfo(serializedBytes: detail.value).delay else { continue }
            let nanoseconds = Int64(min(max(0, delay.nanos), 999_999_999))
            let duration = Duration.seconds(max(0, delay.seconds)) + .nanoseconds(nanoseconds)
            return min(RetryAfter.longest, duration)
        }
        return nil
    }
}

/// The part of `google.rpc.Status` that says more than its code and message.
private struct StatusDetails: SwiftProtobuf.Message, Equatable {
    static let protoMessageName = "google.rpc.Status"

    var details: [Google_Protobuf_Any] = []
    var unknownFields = UnknownStorage()

    mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
        while let field = try decoder.nextFieldNumber() {
            if field == 3 { try decoder.decodeRepeatedMessageField(value: &details) }
        }
    }

    func traverse<V: Visitor>(visitor: inout V) throws {
        if !details.isEmpty {
            try visitor.visitRepeatedMessageField(value: details, fieldNumber: 3)
        }
        try unknownFields.traverse(visitor: &visitor)
    }

    func isEqualTo(message: any SwiftProtobuf.Message) -> Bool {
        message as? StatusDetails == self
    }
}

/// `google.rpc.RetryInfo`.
private struct RetryInfo: SwiftProtobuf.Message, Equatable {
    static let protoMessageName = "google.rpc.RetryInfo"

    var delay: Google_Protobuf_Duration?
    var unknownFields = UnknownStorage()

    mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
        while let field = try decoder.nextFieldNumber() {
            if field == 1 { try decoder.decodeSingularMessageField(value: &delay) }
        }
    }

    func traverse<V: Visitor>(visitor: inout V) throws {
        if let delay { try visitor.visitSingularMessageField(value: delay, fieldNumber: 1) }
        try unknownFields.traverse(visitor: &visitor)
    }

    func isEqualTo(message: any SwiftProtobuf.Message) -> Bool {
        message as? RetryInfo == self
    }
}
