import Foundation
import GRPCCore
import NIOHPACK

extension ExportRefusal {
    /// gRPC's status code: an encoding that isn't known has one of its own there ("Compression").
    private var code: Int32 {
        self == .unsupportedContentEncoding ? RPCStatus.Code.unimplemented.rawValue : status.code
    }

    /// The `google.rpc.Status` with when to try again, for those that call for it.
    private var details: [UInt8]? {
        retryAfter.map { status.encoded(retryAfter: $0) }
    }

    /// The answer to a request that gRPC doesn't get to see: a response of trailers alone.
    var trailers: HPACKHeaders {
        var trailers: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": "\(code)",
            "grpc-message": Self.percentEncoded(status.message),
        ]
        if let details {
            trailers.add(
                name: "grpc-status-details-bin",
                value: Data(details).base64EncodedString()
            )
        }
        if self == .unsupportedContentEncoding {
            trailers.add(name: "grpc-accept-encoding", value: "identity, gzip, deflate")
        }
        return trailers
    }

    /// The same as an error of a handler.
    var rpcError: RPCError {
        let status = Status(
            code: Status.Code(rawValue: Int(code)) ?? .unknown,
            message: self.status.message
        )
        var metadata = Metadata()
        if let details { metadata.addBinary(details, forKey: "grpc-status-details-bin") }
        return RPCError(status: status, metadata: metadata)
            ?? RPCError(code: .unknown, message: status.message, metadata: metadata)
    }

    /// As gRPC over HTTP/2 asks of `Status-Message`.
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "%")
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
