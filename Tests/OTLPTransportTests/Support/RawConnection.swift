import NIOCore
import NIOPosix
import OTLPTransport

/// Sends bytes as they are, then ends its side, and returns all that the server sends until it
/// closes.
func exchangeBytes(_ bytes: String, with endpoint: OTLPEndpoint) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .connect(host: endpoint.host, port: endpoint.port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: bytes))
        outbound.finish()
        var answer = ""
        for try await part in inbound { answer += String(buffer: part) }
        return answer
    }
}
