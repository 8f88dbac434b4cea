import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SwiftProtobuf
import Synchronization

/// An OTLP/HTTP receiver that keeps what it gets and answers as a test wants.
final class ScriptedReceiver: Sendable {
    struct Received: Sendable {
        let path: String
        let headers: HTTPFields
        let body: [UInt8]
    }

    struct Answer: Sendable {
        var status = HTTPResponse.Status.ok
        var headers: HTTPFields = [:]
        var body: [UInt8] = []
    }

    let endpoint: String
    private let kept: Mutex<[Received]>

    var received: [Received] { kept.withLock { $0 } }

    private init(endpoint: String) {
        self.endpoint = endpoint
        kept = Mutex([])
    }

    /// The messages received at a path, decoded.
    func messages<M: Message>(_ type: M.Type, at path: String) throws -> [M] {
        try received.filter { $0.path == path }.map { try M(serializedBytes: $0.body) }
    }

    /// Runs a receiver for as long as `body` takes; `answer` is given the request's number, from 0.
    static func run<Result>(
        answer: @escaping @Sendable (Int) -> Answer = { _ in Answer() },
        _ body: (ScriptedReceiver) async throws -> Result
    ) async throws -> Result {
        let (receivers, continuation) = AsyncStream<ScriptedReceiver>.makeStream()
        let current = Mutex<ScriptedReceiver?>(nil)
        let router = Router()
        router.post("**") { request, _ -> Response in
            let collected = try await request.body.collect(upTo: 64 << 20)
            let received = Received(
                path: request.uri.path,
                headers: request.headers,
                body: Array(collected.readableBytesView)
            )
            let receiver = current.withLock { $0 }
            let index = receiver?.kept.withLock { kept in
                kept.append(received)
                return kept.count - 1
            }
            let answer = answer(index ?? 0)
            return Response(
                status: answer.status,
                headers: answer.headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
            )
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                let receiver = ScriptedReceiver(endpoint: "http://127.0.0.1:\(port)")
                current.withLock { $0 = receiver }
                continuation.yield(receiver)
            },
            logger: .silent
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            for await receiver in receivers {
                return try await body(receiver)
            }
            throw CancellationError()
        }
    }
}

extension Logger {
    static let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
}
