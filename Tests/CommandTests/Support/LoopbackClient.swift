import Foundation
import OTLP

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An HTTP client that is none of the package's own.
struct LoopbackClient: Sendable {
    let port: Int

    /// What a program answers at a path.
    func json(at path: String) async throws -> JSONValue {
        let (data, _) = try await URLSession.shared.data(for: request(path))
        return try JSONValue(parsing: String(decoding: data, as: UTF8.self))
    }

    /// Posts an export request.
    /// - Returns: the answer's HTTP status.
    func post(_ export: ExportRequest) async throws -> Int {
        var request = try request(export.signal.path)
        request.httpMethod = "POST"
        request.httpBody = Data(export.payload)
        request.setValue("application/x-protobuf", forHTTPHeaderField: "Content-Type")
        let (_, response) = try await URLSession.shared.data(for: request)
        return (response as? HTTPURLResponse)?.statusCode ?? 0
    }

    private func request(_ path: String) throws -> URLRequest {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else {
            throw URLError(.badURL)
        }
        return URLRequest(url: url, timeoutInterval: 60)
    }
}
