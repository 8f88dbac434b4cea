/// In which form an HTTP body holds a message.
enum BodyFormat: Equatable {
    case protobuf
    case json

    /// What a receiver takes, as an `Accept` header says it.
    static let accepted = "application/x-protobuf, application/json"

    var contentType: String {
        switch self {
        case .protobuf: "application/x-protobuf"
        case .json: "application/json"
        }
    }

    /// Reads a `Content-Type`, of which the media type decides, not its case nor its parameters
    /// (RFC 9110, section 8.3.1).
    ///
    /// Nil for any other type, or none.
    init?(contentType value: String?) {
        guard let value else { return nil }
        let mediaType = value.prefix { $0 != ";" }.filter { !$0.isWhitespace }
        switch mediaType.lowercased() {
        case Self.protobuf.contentType: self = .protobuf
        case Self.json.contentType: self = .json
        default: return nil
        }
    }
}
