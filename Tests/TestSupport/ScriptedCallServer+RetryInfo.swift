import Foundation
import SwiftProtobuf

extension ScriptedCallServer.Reply {
    /// A status that asks the client to wait for so long, in an answer without a message: a
    /// `google.rpc.Status` with `RetryInfo` in its details, in base64 without padding.
    public static func status(_ code: String, retryAfter seconds: Double) throws -> Self {
        let delay = Google_Protobuf_Duration(
            seconds: Int64(seconds),
            nanos: Int32(seconds.truncatingRemainder(dividingBy: 1) * 1e9)
        )
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            [number << 3 | 2, UInt8(bytes.count)] + bytes
        }
        var detail = Google_Protobuf_Any()
        detail.typeURL = "type.googleapis.com/google.rpc.RetryInfo"
        detail.value = Data(field(1, try delay.serializedBytes()))
        let status = Data(field(3, try detail.serializedBytes())).base64EncodedString()
        return .status(
            code,
            ("grpc-status-details-bin", status.replacingOccurrences(of: "=", with: ""))
        )
    }
}
