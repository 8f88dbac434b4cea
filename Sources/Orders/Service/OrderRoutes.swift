import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the service answers on each path.
struct OrderRoutes: Sendable {
    static let healthPath = "/health"

    let processor: OrderProcessor
    let store: OrderStore
    let maximumBodyBytes: Int

    private let decoder = JSONDecoder()
    private let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    init(processor: OrderProcessor, store: OrderStore, maximumBodyBytes: Int) {
        self.processor = processor
        self.store = store
        self.maximumBodyBytes = maximumBodyBytes
    }

    func add(to router: Router<OrderRequestContext>) {
        router.get("\(Self.healthPath)") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"status":"ok"}"#))
            )
        }
        router.post("/orders") { request, _ in try await place(request) }
        router.get("/orders/{id}") { _, context in
            try find(context.parameters.get("id") ?? "")
        }
    }

    private func place(_ request: Request) async throws -> Response {
        let body = try await collectBody(of: request)
        let draft = try OrderRequest(json: Data(body.readableBytesView), decoder: decoder)
            .validated()
        let order = try await processor.place(draft)
        return try respond(.created, order, [.location: "/orders/\(order.id)"])
    }

    private func find(_ id: String) throws -> Response {
        guard let order = store.order(id) else { throw Problem.orderNotFound(id) }
        return try respond(.ok, order)
    }

    private func collectBody(of request: Request) async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > maximumBodyBytes
        {
            throw Problem.bodyTooLarge(limit: maximumBodyBytes)
        }
        do {
            return try await request.body.collect(upTo: maximumBodyBytes)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: maximumBodyBytes)
        } catch {
            throw UnreadableBody(reason: error)
        }
    }

    private func respond(
        _ status: HTTPResponse.Status,
        _ order: Order,
        _ headers: HTTPFields = [:]
    ) throws -> Response {
        let body = ByteBuffer(bytes: try encoder.encode(order))
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: body)
        )
    }
}

/// The connection broke, or stopped speaking HTTP, within the body: there is nobody to answer.
struct UnreadableBody: Error {
    let reason: any Error
}
