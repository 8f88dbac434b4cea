import Lifecycle
import NIOCore
import OTLP
import OTLPTransport

/// An event loop that sends export requests, the home of its senders' connections.
final class SendingLane: Sendable {
    /// Connections that are opened ahead of requests.
    private static let readyConnections = 8

    let eventLoop: any EventLoop
    let executor: EventLoopExecutor
    /// Where requests that need a task are delivered: on the event loop, unless they are compressed
    /// or turned into JSON on the way, which would keep it from its connections.
    let deliveryExecutor: any TaskExecutor
    /// Whether every request is compressed or turned into JSON.
    private let isWorkNeeded: Bool
    private let sender: PerSignal<OTLPSender>

    /// A lane whose senders' connections live on the event loop; signals may share a sender.
    init(_ sender: PerSignal<OTLPSender>, eventLoop: any EventLoop, isWorkNeeded: Bool) {
        self.eventLoop = eventLoop
        self.sender = sender
        self.isWorkNeeded = isWorkNeeded
        let executor = EventLoopExecutor(eventLoop)
        self.executor = executor
        deliveryExecutor = isWorkNeeded ? globalConcurrentExecutor : executor
    }

    /// Each of them once or more.
    var senders: [OTLPSender] { Signal.allCases.map { sender[$0] } }

    func sender(for signal: Signal) -> OTLPSender {
        sender[signal]
    }

    /// Sends requests, all of them this lane's, in their order.
    func send(_ batch: [Delivery], of deliveries: Deliveries) {
        if isWorkNeeded || eventLoop.inEventLoop {
            for delivery in batch { send(delivery, of: deliveries) }
        } else {
            eventLoop.execute { for delivery in batch { self.send(delivery, of: deliveries) } }
        }
    }

    /// Sends a request; to be called on the event loop.
    func send(_ delivery: Delivery, of deliveries: Deliveries) {
        guard !isWorkNeeded else { return deliveries.sendUnsettled(delivery) }
        let request = delivery.request
        sender(for: request.signal).send(request.signal, body: request.body, observer: delivery)
    }

    /// Has a few connections of each sender ready.
    func openConnections() {
        for sender in senders { sender.openConnections(Self.readyConnections) }
    }

    /// Ends all requests, those that wait and those under way, as cancelled.
    func abandon() {
        // After what was handed over before.
        eventLoop.execute { for sender in self.senders { sender.abandon() } }
    }
}
