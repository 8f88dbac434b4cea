import Lifecycle
public import NIOCore
public import OTLPTransport

/// Event loops that send export requests side by side, each the home of a sender's connections and
/// of the tasks that use them.
///
/// To be closed by whoever made it.
public struct SendingLanes: Sendable {
    struct Lane: Sendable {
        let sender: OTLPSender
        let executor: EventLoopExecutor
        /// Where requests are delivered: on the event loop, unless they are compressed on the way,
        /// which would keep it from its connections.
        let deliveryExecutor: any TaskExecutor
    }

    /// Where the requests go.
    public let endpoint: OTLPEndpoint
    /// How they are sent; the connections are shared out among the lanes.
    public let configuration: OTLPSender.Configuration
    let lanes: [Lane]

    /// Lanes on the group's next event loops, at least one and no more than there are connections.
    public init(
        to endpoint: OTLPEndpoint,
        configuration: OTLPSender.Configuration = .init(),
        eventLoopGroup: any EventLoopGroup,
        count: Int = 1
    ) {
        self.endpoint = endpoint
        self.configuration = configuration
        let connections = max(1, configuration.connections)
        let count = min(max(1, count), connections)
        lanes = (0..<count).map { index in
            let eventLoop = eventLoopGroup.next()
            var share = configuration
            share.connections = connections / count + (index < connections % count ? 1 : 0)
            let executor = EventLoopExecutor(eventLoop)
            return Lane(
                sender: OTLPSender(
                    endpoint: endpoint,
                    configuration: share,
                    eventLoopGroup: eventLoop
                ),
                executor: executor,
                deliveryExecutor: configuration.compression == .gzip
                    ? globalConcurrentExecutor : executor
            )
        }
    }

    /// The clock of the lane that keeps the schedule.
    public var clock: EventLoopClock {
        EventLoopClock(eventLoop: lanes[0].executor.eventLoop)
    }

    /// Closes all connections and returns once they are gone.
    public func close() async {
        for lane in lanes { await lane.sender.close() }
    }
}
