import Lifecycle
import NIOCore
import NIOPosix
public import OTLP
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Passes export requests on to a backend, its answers back to the clients, and copies of what the
/// backend accepted to a sink.
///
/// Forwarding never waits for the sink: a copy that finds no room in the queue before it is counted
/// and gone. What the backend refused is not recorded, for its client may send it again.
public final class OTLPTap: Sendable {
    /// What became of the requests that passed.
    public struct Counts: Equatable, Sendable {
        /// All that were passed on.
        public var requests = 0
        /// Those that the backend accepted.
        public var accepted = 0
        /// Those that it answered otherwise.
        public var refused = 0
        /// Those that it didn't answer.
        public var unanswered = 0
        /// Accepted ones that could not be recorded.
        public var unrecorded = 0

        /// Counts of nothing unless told otherwise.
        public init(
            requests: Int = 0,
            accepted: Int = 0,
            refused: Int = 0,
            unanswered: Int = 0,
            unrecorded: Int = 0
        ) {
            self.requests = requests
            self.accepted = accepted
            self.refused = refused
            self.unanswered = unanswered
            self.unrecorded = unrecorded
        }
    }

    // Those that are recorded at the same time share a commit.
    private static let batch = 256
    // How long requests gather before they are recorded: nobody waits for it, and fewer commits leave
    // the forwarding more of the machine.
    private static let gathering = Duration.milliseconds(10)

    /// Where the requests go.
    public let endpoint: OTLPEndpoint

    private let sink: any TelemetrySink
    private let limits: OTLPRoutes.Limits
    private let sender: OTLPSender
    private let queue: TapQueue<TappedRequest>
    private let state = Mutex(Counts())

    /// A tap that records while ``record()`` runs.
    ///
    /// - Parameters:
    ///   - endpoint: The backend.
    ///   - sink: Takes the copies.
    ///   - limits: What a request may weigh once it is inflated, to be recorded.
    ///   - queueBytes: How much may wait to be recorded, as it was sent.
    ///   - queueCount: How many requests may.
    public init(
        to endpoint: OTLPEndpoint,
        sink: any TelemetrySink,
        limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
        queueBytes: Int = 64 << 20,
        queueCount: Int = 16_384
    ) {
        self.endpoint = endpoint
        self.sink = sink
        self.limits = limits
        sender = OTLPSender(endpoint: endpoint, configuration: .init(connections: 256))
        queue = TapQueue(limitBytes: queueBytes, limitCount: queueCount)
    }

    /// What became of the requests so far.
    public var counts: Counts { state.withLock { $0 } }

    /// Passes a request on and returns the backend's answer.
    func forward(
        _ request: TappedRequest?,
        _ signal: Signal,
        fields: [(name: String, value: String)],
        body: ByteBuffer
    ) async throws(ExportRefusal) -> ForwardedAnswer {
        do throws(ForwardingFailure) {
            let answer = try await sender.forward(signal, fields: fields, body: body)
            let isAccepted = (200..<300).contains(answer.status)
            var isRecorded = true
            if isAccepted {
                isRecorded = request.map { queue.offer($0, bytes: body.readableBytes) } ?? false
            }
            state.withLock { counts in
                counts.requests += 1
                if isAccepted { counts.accepted += 1 } else { counts.refused += 1 }
                if !isRecorded { counts.unrecorded += 1 }
            }
            return answer
        } catch {
            state.withLock { counts in
                counts.requests += 1
                counts.unanswered += 1
            }
            switch error {
            case .timedOut:
                throw .backendUnreachable(reason: "none in time", timedOut: true)
            case .noAnswer(let reason):
                throw .backendUnreachable(reason: reason, timedOut: false)
            }
        }
    }

    /// Records what passes, on a thread of its own that gives way to all others, until
    /// ``finish()``.
    public func record() async {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        #if canImport(Glibc)
            eventLoop.execute {
                // SCHED_IDLE, on Linux of the calling thread alone: whoever has something to
                // forward takes the core from it at once, where a low priority would keep it for
                // milliseconds.
                var parameter = sched_param()
                _ = sched_setscheduler(0, 5, &parameter)
            }
        #endif
        await withTaskExecutorPreference(EventLoopExecutor(eventLoop)) {
            while let requests = await queue.takeAll() {
                var rest = requests[...]
                while !rest.isEmpty {
                    await record(rest.prefix(Self.batch))
                    rest = rest.dropFirst(Self.batch)
                }
                if !queue.isClosed { try? await Task.sleep(for: Self.gathering) }
            }
        }
        try? await group.shutdownGracefully()
    }

    private func record(_ requests: ArraySlice<TappedRequest>) async {
        await withDiscardingTaskGroup { group in
            for request in requests {
                group.addTask { [self] in
                    let isRecorded = await isRecorded(request)
                    queue.done(bytes: request.body.readableBytes)
                    if !isRecorded { state.withLock { $0.unrecorded += 1 } }
                }
            }
        }
    }

    private func isRecorded(_ request: TappedRequest) async -> Bool {
        do {
            try await sink.accept(try await request.export(limits))
            return true
        } catch {
            return false
        }
    }

    /// Passes nothing on any more, and lets ``record()`` end once all that passed is recorded.
    public func finish() async {
        queue.close()
        await sender.close()
    }
}
