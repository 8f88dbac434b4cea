import Foundation
import SwiftProtobuf

extension RPCStatus {
    /// The status in protobuf's JSON mapping.
    var json: String {
        var text = "{\"code\":\(code),\"message\":\""
        for scalar in message.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\"}"
    }

    /// The encoded message with a `google.rpc.RetryInfo` among its details, which tells an OTLP
    /// client to try again and when (OTLP specification, "OTLP/gRPC Throttling").
    func encoded(retryAfter: Duration) -> [UInt8] {
        let (seconds, attoseconds) = retryAfter.components
        let delay = Google_Protobuf_Duration(
            seconds: seconds,
            nanos: Int32(attoseconds / 1_000_000_000)
        )
        // RetryInfo has one field, its first: the delay. The status's third are its details.
        let info = Self.field(1, (try? delay.serializedBytes()) ?? [])
        var detail = Google_Protobuf_Any()
        detail.typeURL = "type.googleapis.com/google.rpc.RetryInfo"
        detail.value = Data(info)
        return encoded + Self.field(3, (try? detail.serializedBytes()) ?? [])
    }

    /// An encoded field of a message that is shorter than 128 bytes.
    private static func field(_ number: UInt8, _ message: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(clamping: message.count)] + message
    }
}
