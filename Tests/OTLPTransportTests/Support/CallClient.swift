import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import OTLPTransport

/// A gRPC client that sends what it is told, well-formed or not, a connection a call.
struct CallClient {
    let endpoint: OTLPEndpoint
    var tls: NIOSSLContext?

    /// What a server answered a call with.
    struct Answer {
        var status: Int?
        var message: String?
        var details: String?
        var body: [UInt8] = []
    }

    static let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

    /// A message with its prefix.
    static func framed(_ message: [UInt8], compressed: Bool = false) -> [UInt8] {
        [compressed ? 1 : 0]
            + withUnsafeBytes(of: UInt32(message.count).bigEndian) { Array($0) } + message
    }

    /// Sends a call's bytes in parts, with a pause before each part but the first, and returns what
    /// the server answered, or what there was of it when the stream ended.
    func call(
        _ parts: [[UInt8]],
        path: String = Self.path,
        headers: [(String, String)] = [],
        pause: Duration = .zero
    ) async throws -> Answer {
        let (connection, multiplexer) = try await connect()
        defer { connection.close(promise: nil) }
        let stream = try await multiplexer.openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>(
                    wrappingChannelSynchronously: channel
                )
            }
        }
        return try await stream.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let head: [(String, String)] =
                        [
                            (":method", "POST"), (":scheme", "http"), (":path", path),
                            (":authority", endpoint.authority), ("te", "trailers"),
                            ("content-type", "application/grpc"),
                        ] + headers
                    try? await outbound.write(.headers(.init(headers: HPACKHeaders(head))))
                    for (place, part) in parts.enumerated() where !Task.isCancelled {
                        if place > 0 { try? await Task.sleep(for: pause) }
                        let data = HTTP2Frame.FramePayload.Data(
                            data: .byteBuffer(ByteBuffer(bytes: part)),
                            endStream: place == parts.count - 1
                        )
                        try? await outbound.write(.data(data))
                    }
                }
                var answer = Answer()
                do {
                    for try await frame in inbound {
                        switch frame {
                        case .headers(let part): answer.read(part.headers)
                        case .data(let part):
                            if case .byteBuffer(let bytes) = part.data {
                                answer.body += Array(buffer: bytes)
                            }
                        default: break
                        }
                        if answer.status != nil { break }
                    }
                } catch {
                    // A stream that was reset answers no more.
                }
                group.cancelAll()
                return answer
            }
        }
    }

    private func connect() async throws -> (
        any Channel, NIOHTTP2Handler.AsyncStreamMultiplexer<Void>
    ) {
        let tls = tls
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: endpoint.host, port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: "localhost")
                        )
                    }
                    let multiplexer = try channel.pipeline.syncOperations
                        .configureAsyncHTTP2Pipeline(mode: .client) { stream in
                            stream.eventLoop.makeSucceededVoidFuture()
                        }
                    return (channel, multiplexer)
                }
            }
    }
}

extension CallClient.Answer {
    fileprivate mutating func read(_ headers: HPACKHeaders) {
        status = headers.first(name: "grpc-status").flatMap { Int($0) } ?? status
        message = headers.first(name: "grpc-message") ?? message
        details = headers.first(name: "grpc-status-details-bin") ?? details
    }
}
