import Metrics

/// The measurements of the order service; six for an order.
public struct OrderMetrics: Sendable {
    private let serverRequests: InstrumentCache<ServerRequest, Timer>
    private let databaseOperations: InstrumentCache<DatabaseOperation, Timer>
    private let paymentRequests: InstrumentCache<PaymentRequest, Timer>
    private let orders: InstrumentCache<OrderOutcome, OrderInstruments>

    init(factory: any MetricsFactory) {
        serverRequests = InstrumentCache {
            Timer(label: Name.serverDuration, dimensions: $0, factory: factory)
        }
        databaseOperations = InstrumentCache {
            Timer(label: Name.databaseDuration, dimensions: $0, factory: factory)
        }
        paymentRequests = InstrumentCache {
            Timer(label: Name.clientDuration, dimensions: $0, factory: factory)
        }
        orders = InstrumentCache {
            OrderInstruments(
                placed: Counter(label: Name.placed, dimensions: $0, factory: factory),
                items: Counter(label: Name.items, dimensions: $0, factory: factory),
                value: Recorder(label: Name.value, dimensions: $0, factory: factory)
            )
        }
    }

    func recordServerRequest(_ exchange: Exchange) {
        let key = ServerRequest(
            method: exchange.method,
            route: exchange.route,
            status: exchange.status,
            errorType: exchange.errorType
        )
        serverRequests[key].record(duration: exchange.duration)
    }

    func recordDatabaseOperation(_ operation: String, errorType: String?, duration: Duration) {
        let key = DatabaseOperation(operation: operation, errorType: errorType)
        databaseOperations[key].record(duration: duration)
    }

    func recordPaymentRequest(status: Int?, errorType: String?, duration: Duration) {
        let key = PaymentRequest(status: status, errorType: errorType)
        paymentRequests[key].record(duration: duration)
    }

    func recordOrder(_ order: Order) {
        let draft = order.draft
        let instruments = orders[
            OrderOutcome(
                status: order.status,
                currency: draft.currency,
                paymentMethod: draft.paymentMethod
            )
        ]
        instruments.placed.increment()
        instruments.items.increment(by: draft.units)
        instruments.value.record(Double(draft.totalMinor) / Double(draft.currency.minorUnits))
    }
}

private struct OrderInstruments {
    let placed: Counter
    let items: Counter
    let value: Recorder
}

/// The dimensions of `http.server.request.duration`.
private struct ServerRequest: MetricDimensions {
    let method: String
    let route: String?
    let status: Int?
    let errorType: String?

    var dimensions: [(String, String)] {
        [
            ("http.request.method", method),
            ("http.route", route),
            ("http.response.status_code", status.map { "\($0)" }),
            ("network.protocol.version", "1.1"),
            ("url.scheme", "http"),
            ("error.type", errorType),
        ].present
    }
}

/// The dimensions of `db.client.operation.duration`.
private struct DatabaseOperation: MetricDimensions {
    let operation: String
    let errorType: String?

    var dimensions: [(String, String)] {
        [
            ("db.system.name", "postgresql"),
            ("db.namespace", InventoryDatabase.namespace),
            ("db.collection.name", InventoryDatabase.table),
            ("db.operation.name", operation),
            ("server.address", InventoryDatabase.host),
            ("error.type", errorType),
        ].present
    }
}

/// The dimensions of `http.client.request.duration`.
private struct PaymentRequest: MetricDimensions {
    let status: Int?
    let errorType: String?

    var dimensions: [(String, String)] {
        [
            ("http.request.method", "POST"),
            ("http.response.status_code", status.map { "\($0)" }),
            ("server.address", PaymentProvider.host),
            ("server.port", "443"),
            ("network.protocol.version", "1.1"),
            ("error.type", errorType),
        ].present
    }
}

/// The dimensions of `orders.placed`, `orders.items` and `orders.value`.
private struct OrderOutcome: MetricDimensions {
    let status: OrderStatus
    let currency: Currency
    let paymentMethod: PaymentMethod

    var dimensions: [(String, String)] {
        [
            ("order.status", status.rawValue),
            ("order.currency", currency.rawValue),
            ("payment.method", paymentMethod.rawValue),
        ]
    }
}

extension [(String, String?)] {
    fileprivate var present: [(String, String)] {
        compactMap { name, value in value.map { (name, $0) } }
    }
}
