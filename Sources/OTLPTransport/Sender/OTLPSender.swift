public import NIOCore
import NIOHTTP1
import NIOHTTP2
public import NIOPosix
import NIOSSL
public import OTLP
import Synchronization

/// Sends export requests to one endpoint, over HTTP/1.1 or gRPC, on connections that are kept.
///
/// Nothing is sent twice: a request that a broken connection may have carried away is reported, and
/// whether to try again is for the caller to say. To be closed by whoever made it.
public final class OTLPSender: Sendable {
    private struct State {
        var pool: ConnectionPool<SenderConnection, Exchange>
        // Tasks in close(), until the pool is drained.
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private enum Heads {
        case http(RequestHeads)
        case grpc(GRPCRequestHeads)
    }

    /// Where the requests go.
    public let endpoint: OTLPEndpoint

    let configuration: Configuration
    let clock = WallClock()
    private let eventLoopGroup: any EventLoopGroup
    private let heads: Heads
    private let tlsContext: Result<NIOSSLContext, any Error>
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
        switch configuration.wireProtocol {
        case .httpProtobuf, .httpJSON:
            heads = .http(RequestHeads(endpoint: endpoint, configuration: configuration))
        case .grpc:
            heads = .grpc(GRPCRequestHeads(endpoint: endpoint, configuration: configuration))
        }
        tlsContext = Result {
            guard endpoint.isSecure else { throw OpeningError.closed }
            return try (configuration.tls ?? ClientTLS())
                .context(for: configuration.wireProtocol)
        }
        state = Mutex(State(pool: ConnectionPool(limit: max(1, configuration.connections))))
    }

    /// Sends one export request, once, and waits for the answer.
    ///
    /// A request that finds every connection busy waits in order, without a limit on how many do:
    /// that is for the caller to bound. Cancelling the task ends the waiting, and closes the
    /// connection, or gRPC's stream, if the request was on one. The body, an encoded message, is
    /// written to the socket without a copy.
    public func send(_ signal: Signal, body: ByteBuffer) async -> SendResult {
        let encoded: ByteBuffer
        switch encode(signal, body) {
        case .success(let bytes): encoded = bytes
        case .failure(let failure): return .unsent(failure.outcome)
        }
        return await result(of: Exchange(signal, body: encoded))
    }

    /// Carries out an exchange that nobody has begun, and waits for its end; cancelling the task
    /// ends it.
    func result(of exchange: Exchange) async -> SendResult {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if exchange.begin(continuation) { submit(exchange) }
            }
        } onCancel: {
            exchange.cancel()
        }
    }

    /// Sends one export request, once, and tells the observer how it ended, which may be before this
    /// returns: from a connection's event loop that costs no task and no change of thread.
    ///
    /// As ``send(_:body:)`` but for the waiting; to be ended early by ``abandon()`` alone. JSON and
    /// compression are done here, on the caller's thread.
    public func send(_ signal: Signal, body: ByteBuffer, observer: any SendObserver) {
        switch encode(signal, body) {
        case .success(let bytes):
            submit(Exchange(signal, body: bytes, observer: observer))
        case .failure(let failure):
            observer.ended(.unsent(failure.outcome))
        }
    }

    /// Begins to open so many connections, or as many as there may be, so that the first requests
    /// need not wait for them; with gRPC, where one carries many, that one alone.
    ///
    /// What keeps them from being opened, requests will find out.
    public func openConnections(_ count: Int) {
        let count = configuration.wireProtocol == .grpc ? min(1, count) : count
        for _ in 0..<state.withLock({ $0.pool.openAhead(count) }) { openConnection() }
    }

    /// Ends all requests, those that wait and those under way, as cancelled; the sender stays open.
    public func abandon() {
        let (waiting, connections) = state.withLock { $0.pool.abandon() }
        for exchange in waiting { exchange.cancel() }
        for connection in connections { connection.abandon() }
    }

    private struct EncodingFailure: Error {
        let outcome: SendOutcome
    }

    /// The body in the form and the compression asked for.
    private func encode(
        _ signal: Signal,
        _ body: ByteBuffer
    ) -> Result<ByteBuffer, EncodingFailure> {
        var encoded = body
        if configuration.wireProtocol == .httpJSON {
            do {
                let json = try OTLPJSON.encode(signal, payload: Array(buffer: body))
                encoded = ByteBuffer(bytes: json)
            } catch {
                return .failure(.init(outcome: .notEncodable(reason: "\(error)")))
            }
        }
        guard configuration.compression == .gzip else { return .success(encoded) }
        guard let compressed = Gzip.compress(encoded) else {
            let reason = "no memory to compress a request"
            return .failure(.init(outcome: .disconnected(reason: reason)))
        }
        return .success(compressed)
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
        case .send(let connection, let openingConnection):
            connection.send(exchange)
            if openingConnection { openConnection() }
        case .wait(let openingConnection): if openingConnection { openConnection() }
        case .closed: exchange.end(Self.closedResult)
        }
    }

    func next(for connection: SenderConnection) -> Exchange? {
        state.withLock { $0.pool.next(for: connection) }
    }

    func opened(
        _ connection: SenderConnection,
        capacity: Int
    ) -> ConnectionPool<SenderConnection, Exchange>.Opened {
        defer { resumeClosers() }
        return state.withLock { $0.pool.opened(connection, capacity: capacity) }
    }

    func setCapacity(_ capacity: Int, of connection: SenderConnection) -> [Exchange] {
        state.withLock { $0.pool.setCapacity(capacity, of: connection) }
    }

    func retired(_ connection: SenderConnection) {
        if state.withLock({ $0.pool.retire(connection) }) { openConnection() }
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
        open { result in
            switch result {
            case .success(let connection): connection.register()
            case .failure(let error): self.connectionFailed(ConnectFailure.reason(of: error))
            }
        }
    }

    /// Opens a connection up to where it can carry requests, TLS and HTTP/2 included; one that
    /// fails on the way, or takes too long, is closed.
    private func open(
        _ completion: @escaping @Sendable (Result<SenderConnection, any Error>) -> Void
    ) {
        let eventLoop = eventLoopGroup.next()
        let opening = eventLoop.makePromise(of: SenderConnection.self)
        let timeout = TimeAmount(bounded: configuration.connectTimeout)
        let timer = eventLoop.scheduleTask(in: timeout) {
            opening.fail(ChannelError.connectTimeout(timeout))
        }
        opening.futureResult.whenComplete { result in
            timer.cancel()
            completion(result)
        }
        let connected = ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try self.addHandlers(to: channel.pipeline.syncOperations, opening)
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
        connected.whenComplete { result in
            switch result {
            case .success(let channel):
                opening.futureResult.whenFailure { _ in channel.close(promise: nil) }
            case .failure(let error):
                opening.fail(error)
            }
        }
    }

    private func addHandlers(
        to pipeline: ChannelPipeline.SynchronousOperations,
        _ opening: ConnectionPromise
    ) throws {
        if endpoint.isSecure {
            try pipeline.addHandler(
                NIOSSLClientHandler(
                    context: tlsContext.get(),
                    serverHostname: endpoint.serverName
                )
            )
        }
        switch heads {
        case .http(let heads):
            let wire = HTTP1Wire(heads)
            try pipeline.addHandlers(
                wire,
                ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)),
                HTTP1Handler(sender: self, wire: wire, opening: opening)
            )
        case .grpc(let heads):
            try pipeline.addHandlers(
                GRPCHandler.http2Handler(),
                GRPCHandler(sender: self, heads: heads, opening: opening)
            )
        }
    }

    /// Opens a connection and closes it again, to learn early of what would keep every request from
    /// being sent.
    /// - Throws: ``OTLPTransportError/noConnection(endpoint:reason:)``
    public func checkConnection() async throws(OTLPTransportError) {
        let result = await withCheckedContinuation { continuation in
            open { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(let connection):
            connection.close()
        case .failure(let error):
            var reason = ConnectFailure.reason(of: error)
            if TLSFailure.isUntrusted(error), let context = try? tlsContext.get() {
                reason =
                    await CertificateInspection.reason(endpoint, context: context, now: clock.now)
                    ?? reason
            }
            throw .noConnection(endpoint: endpoint.description, reason: reason)
        }
    }
}
