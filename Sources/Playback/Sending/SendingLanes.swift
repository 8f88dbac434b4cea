import Lifecycle
public import NIOCore
public import OTLP
public import OTLPTransport

/// Event loops that send export requests side by side, each the home of its senders' connections
/// and of the tasks that use them.
///
/// To be closed by whoever made it.
public struct SendingLanes: Sendable {
    /// Where the requests go; the connections of each destination are shared out among the lanes.
    public let destinations: ReplayDestinations
    let lanes: [SendingLane]
    /// Where blocks are read ahead; nil for any thread.
    let readingExecutor: (any TaskExecutor)?
    /// Connections of the destination that has the fewest, in all lanes.
    let fewestConnections: Int
    /// Requests that keep all connections busy, whichever lane or destination is the slow one, and
    /// that go to other lanes several at a time; nil where a connection carries as many as the
    /// backend says.
    let busyInFlight: Int?
    /// Requests that a lane has a connection for; nil where one carries as many as the backend says.
    let connectionsPerLane: Int?

    /// Lanes on the group's next event loops, at least one and no more than there are connections.
    ///
    /// Blocks are read ahead on `reading`, if given: a loop of its own keeps a thread that decodes
    /// from being started again and again where a lane is about to send.
    public init(
        to destinations: ReplayDestinations,
        eventLoopGroup: any EventLoopGroup,
        count: Int = 1,
        reading: (any EventLoop)? = nil
    ) {
        self.destinations = destinations
        readingExecutor = reading.map { EventLoopExecutor($0) }
        let configurations = Signal.allCases.map { destinations[$0].configuration }
        fewestConnections = configurations.map(\.connections).min() ?? 1
        let count = min(max(1, count), max(1, fewestConnections))
        var distinct: [OTLPDestination] = []
        for destination in Signal.allCases.map({ destinations[$0] })
        where !distinct.contains(destination) {
            distinct.append(destination)
        }
        let isShared = configurations.contains { $0.wireProtocol == .grpc }
        busyInFlight =
            isShared ? nil : 4 * count * distinct.reduce(0) { $0 + $1.configuration.connections }
        connectionsPerLane = isShared ? nil : fewestConnections / count
        let isWorkNeeded = configurations.contains { configuration in
            configuration.compression == .gzip || configuration.wireProtocol == .httpJSON
        }
        lanes = (0..<count).map { index in
            let eventLoop = eventLoopGroup.next()
            var senders: [(destination: OTLPDestination, sender: OTLPSender)] = []
            func sender(_ signal: Signal) -> OTLPSender {
                let destination = destinations[signal]
                if let known = senders.first(where: { $0.destination == destination }) {
                    return known.sender
                }
                var share = destination.configuration
                share.connections =
                    share.connections / count + (index < share.connections % count ? 1 : 0)
                let sender = OTLPSender(
                    endpoint: destination.endpoint,
                    configuration: share,
                    eventLoopGroup: eventLoop
                )
                senders.append((destination, sender))
                return sender
            }
            return SendingLane(
                PerSignal(sender),
                eventLoop: eventLoop,
                isWorkNeeded: isWorkNeeded
            )
        }
    }

    /// Lanes that all go to one endpoint.
    public init(
        to endpoint: OTLPEndpoint,
        configuration: OTLPSender.Configuration = .init(),
        eventLoopGroup: any EventLoopGroup,
        count: Int = 1
    ) {
        let destination = OTLPDestination(endpoint: endpoint, configuration: configuration)
        self.init(
            to: ReplayDestinations { _ in destination },
            eventLoopGroup: eventLoopGroup,
            count: count
        )
    }

    /// The clock that the schedule is kept by.
    var clock: some ReplayClock { EventLoopClock(eventLoop: lanes[0].eventLoop) }

    /// Closes all connections and returns once they are gone.
    public func close() async {
        for lane in lanes {
            for sender in lane.senders { await sender.close() }
        }
    }

    /// Has connections ready for the first requests of a schedule, which come in groups.
    func openConnections() {
        for lane in lanes { lane.openConnections() }
    }

    /// Ends all requests, those that wait and those under way, as cancelled.
    func abandon() {
        for lane in lanes { lane.abandon() }
    }
}
