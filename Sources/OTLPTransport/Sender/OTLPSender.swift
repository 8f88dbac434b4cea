public import NIOCore
import NIOHTTP1
public import NIOPosix
public import OTLP
import Synchronization

/// Sends export requests to one endpoint over HTTP/1.1, on connections that are kept.
///
/// Nothing is sent twice: a request that a broken connection may have carried away is reported, and
/// whether to try again is for the caller to say. To be closed by whoever made it.
public final class OTLPSender: Sendable {
    private struct State {
        var pool: ConnectionPool<SenderConnection, Exchange>
        // Tasks in close(), until the pool is drained.
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    /// Where the requests go.
    public let endpoint: OTLPEndpoint

    let configuration: Configuration
    let clock = WallClock()
    private let eventLoopGroup: any EventLoopGroup
    private let heads: RequestHeads
    private let state: Mutex<State>

    /// A sender without connections: they are opened as requests need them.
    public init(
        endpoint: OTLPEndpoint,
        configuration: Configuration = Configuration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.endpoint = endpoint
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        heads = RequestHeads(endpoint: endpoint, configuration: configuration)
        state = Mutex(State(pool: ConnectionPool(limit: max(1, configuration.connections))))
    }

    /// Sends one export request, once, and waits for the answer.
    ///
    /// A request that finds every connection busy waits in order, without a limit on how many do:
    /// that is for the caller to bound. Cancelling the task ends the waiting, and closes the
    /// connection if the request was on one. The body, an encoded message, is written to the socket
    /// without a copy.
    public func send(_ signal: Signal, body: ByteBuffer) async -> SendResult {
        var encoded = body
        if configuration.compression == .gzip {
            guard let compressed = Gzip.compress(body) else {
                return .unsent(.disconnected(reason: "no memory to compress a request"))
            }
            encoded = compressed
        }
        let exchange = Exchange(signal, body: encoded)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if exchange.begin(continuation) { submit(exchange) }
            }
        } onCancel: {
            exchange.cancel()
        }
    }

    /// Closes all connections and returns once they are gone; requests under way end as
    /// disconnected, and so does any sent later.
    public func close() async {
        let (waiting, connections) = state.withLock { $0.pool.close() }
        for exchange in waiting { exchange.end(Self.closedResult) }
        for connection in connections { connection.close() }
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if !state.pool.isDrained { state.closers.append(continuation) }
                return state.pool.isDrained
            }
            if isDrained { continuation.resume() }
        }
    }

    private static var closedResult: SendResult {
        .unsent(.disconnected(reason: "the sender is closed"))
    }
}

// What connections and requests tell the pool.
extension OTLPSender {
    /// Connections that are open, idle ones included.
    var connectionCount: Int {
        state.withLock { $0.pool.openCount }
    }

    func submit(_ exchange: Exchange) {
        switch state.withLock({ $0.pool.submit(exchange) }) {
        case .send(let connection): connection.send(exchange)
        case .wait(let openingConnection): if openingConnection { openConnection() }
        case .closed: exchange.end(Self.closedResult)
        }
    }

    func next(for connection: SenderConnection) -> Exchange? {
        state.withLock { $0.pool.next(for: connection) }
    }

    func opened(
        _ connection: SenderConnection
    ) -> ConnectionPool<SenderConnection, Exchange>.Opened {
        defer { resumeClosers() }
        return state.withLock { $0.pool.opened(connection) }
    }

    func closed(_ connection: SenderConnection) {
        if state.withLock({ $0.pool.remove(connection) }) { openConnection() }
        resumeClosers()
    }

    func connectionFailed(_ reason: String) {
        let failed = state.withLock { $0.pool.openingFailed() }
        let reason = "\(endpoint.authority): \(reason)"
        for exchange in failed { exchange.end(.unsent(.disconnected(reason: reason))) }
        resumeClosers()
    }

    private func resumeClosers() {
        let closers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard state.pool.isDrained else { return [] }
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    private func openConnection() {
        ClientBootstrap(group: eventLoopGroup)
            .connectTimeout(TimeAmount(bounded: configuration.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let headWriter = RequestHeadWriter(self.heads)
                    try channel.pipeline.syncOperations.addHandlers(
                        headWriter,
                        ByteToMessageHandler(
                            HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)
                        ),
                        SenderHandler(sender: self, headWriter: headWriter)
                    )
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): self.register(channel)
                case .failure(let error): self.connectionFailed(ConnectFailure.reason(of: error))
                }
            }
    }

    private func register(_ channel: any Channel) {
        channel.eventLoop.execute {
            do {
                try channel.pipeline.syncOperations.handler(type: SenderHandler.self).register()
            } catch {
                self.connectionFailed("the server closed the connection at once")
            }
        }
    }
}
