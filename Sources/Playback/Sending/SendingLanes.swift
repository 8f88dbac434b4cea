import Lifecycle
public import NIOCore
import OTLP
public import OTLPTransport

/// Event loops that send export requests side by side, each the home of its senders' connections
/// and of the tasks that use them.
///
/// To be closed by whoever made it.
public struct SendingLanes: Sendable {
    struct Lane: Sendable {
        /// One for each destination, which signals may share.
        let senders: [OTLPSender]
        fileprivate let senderOfSignal: [Signal: OTLPSender]
        let executor: EventLoopExecutor
        /// Where requests are delivered: on the event loop, unless they are compressed or turned
        /// into JSON on the way, which would keep it from its connections.
        let deliveryExecutor: any TaskExecutor

        func sender(for signal: Signal) -> OTLPSender {
            senderOfSignal[signal] ?? senders[0]
        }
    }

    /// Where the requests go; the connections of each destination are shared out among the lanes.
    public let destinations: ReplayDestinations
    let lanes: [Lane]

    /// Lanes on the group's next event loops, at least one and no more than there are connections.
    public init(
        to destinations: ReplayDestinations,
        eventLoopGroup: any EventLoopGroup,
        count: Int = 1
    ) {
        self.destinations = destinations
        let configurations = Signal.allCases.map { destinations[$0].configuration }
        let fewest = configurations.map(\.connections).min() ?? 1
        let count = min(max(1, count), max(1, fewest))
        let isWorkNeeded = configurations.contains { configuration in
            configuration.compression == .gzip || configuration.wireProtocol == .httpJSON
        }
        lanes = (0..<count).map { index in
            let eventLoop = eventLoopGroup.next()
            var senders: [(destination: OTLPDestination, sender: OTLPSender)] = []
            var senderOfSignal: [Signal: OTLPSender] = [:]
            for signal in Signal.allCases {
                let destination = destinations[signal]
                if let known = senders.first(where: { $0.destination == destination }) {
                    senderOfSignal[signal] = known.sender
                    continue
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
                senderOfSignal[signal] = sender
            }
            let executor = EventLoopExecutor(eventLoop)
            return Lane(
                senders: senders.map(\.sender),
                senderOfSignal: senderOfSignal,
                executor: executor,
                deliveryExecutor: isWorkNeeded ? globalConcurrentExecutor : executor
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

    /// The clock of the lane that keeps the schedule.
    public var clock: EventLoopClock {
        EventLoopClock(eventLoop: lanes[0].executor.eventLoop)
    }

    /// Closes all connections and returns once they are gone.
    public func close() async {
        for lane in lanes {
            for sender in lane.senders { await sender.close() }
        }
    }
}
