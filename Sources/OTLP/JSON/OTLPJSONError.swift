/// Why an export request can't be turned into JSON or back.
public enum OTLPJSONError: Error, Equatable {
    /// The bytes are not an export request in protobuf, for the reason given.
    case notProtobuf(reason: String)
    /// The text is not an export request in JSON, for the reason given.
    case notJSON(reason: String)
    /// An id that isn't written in pairs of hex digits.
    case invalidIdentifier
}

extension OTLPJSONError: CustomStringConvertible {
    /// One sentence for the person who reads the error.
    public var description: String {
        switch self {
        case .notProtobuf(let reason): "not an export request in protobuf (\(reason))"
        case .notJSON(let reason): "not an export request in JSON (\(reason))"
        case .invalidIdentifier: "a trace or span id is not written in pairs of hex digits"
        }
    }
}

extension OTLPJSONError {
    enum Form {
        case protobuf, json
    }

    init(_ error: any Error, of form: Form) {
        switch (error, form) {
        case (let error as OTLPJSONError, _): self = error
        case (_, .protobuf): self = .notProtobuf(reason: "\(error)")
        case (_, .json): self = .notJSON(reason: "\(error)")
        }
    }
}
