import Foundation

/// What people read of a `google.rpc.Status` in JSON.
struct StatusText: Decodable {
    let message: String?

    /// Nil when the text is not a status.
    init?(json: [UInt8]) {
        guard let status = try? JSONDecoder().decode(StatusText.self, from: Data(json)) else {
            return nil
        }
        self = status
    }
}
