import GRDB
public import OTLP

extension OTLPProtocol {
    /// The number in the column `requests.protocol`; nil for http/protobuf, which has null there.
    var code: Int64? {
        switch self {
        case .httpProtobuf: nil
        case .httpJSON: 2
        case .grpc: 3
        }
    }

    /// The protocol of such a number; those that a later version may add count as the usual one.
    public init(code: Int64?) {
        switch code {
        case 2: self = .httpJSON
        case 3: self = .grpc
        default: self = .httpProtobuf
        }
    }
}

extension Database {
    /// The column `protocol` of `requests`, or what stands for it in corpora that lack it.
    var protocolColumn: String {
        get throws {
            let names = try columns(in: "requests").map(\.name)
            return names.contains("protocol") ? "protocol" : "NULL"
        }
    }
}
