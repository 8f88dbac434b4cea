import Logging
import Tracing

/// A simulated PostgreSQL database of stock, told of as the semantic conventions for database
/// clients say.
struct InventoryDatabase: Sendable {
    static let namespace = "inventory"
    static let table = "stock_hold"
    static let host = "inventory-db.internal"

    let telemetry: OrderTelemetry

    private enum Operation: String {
        case insert = "INSERT"
        case delete = "DELETE"

        var query: String {
            switch self {
            case .insert:
                """
                INSERT INTO stock_hold (order_id, sku, quantity) SELECT $1, sku, $3 FROM stock \
                WHERE sku = ANY($2) AND available >= $3
                """
            case .delete:
                "DELETE FROM stock_hold WHERE order_id = $1"
            }
        }
    }

    /// Holds each line's stock for the order.
    /// - Throws: ``OutOfStock``, with the other lines held.
    func holdStock(for order: PendingOrder) async throws {
        try await telemetry.withClientSpan("INSERT stock_hold") { span in
            telemetry.logger.info(
                "Holding stock",
                metadata: [
                    "order.id": "\(order.id)",
                    "order.skus": "\(order.draft.skus)",
                    "order.units": .stringConvertible(order.draft.units),
                ]
            )
            let shortage = order.shortage
            let elapsed = try await run(
                .insert,
                taking: order.simulated.holdTime,
                rows: order.draft.lines.count - (shortage == nil ? 0 : 1),
                failure: shortage,
                of: order,
                on: span
            )
            if let shortage {
                telemetry.logger.warning(
                    "Out of stock",
                    error: shortage,
                    metadata: [
                        "order.id": "\(order.id)",
                        "sku": "\(shortage.sku)",
                        "quantity": .stringConvertible(shortage.requested),
                    ]
                )
                throw shortage
            }
            telemetry.logger.info(
                "Stock held",
                metadata: [
                    "order.id": "\(order.id)",
                    "order.lines": .stringConvertible(order.draft.lines.count),
                    "hold.expires_in_s": .stringConvertible(900),
                    "duration_ms": .stringConvertible(elapsed.milliseconds),
                ]
            )
        }
    }

    /// Gives back what the order holds.
    func releaseStock(for order: PendingOrder) async throws {
        try await telemetry.withClientSpan("DELETE stock_hold") { span in
            let held = order.draft.lines.count - 1
            telemetry.logger.info(
                "Releasing held stock",
                metadata: [
                    "order.id": "\(order.id)",
                    "order.skus": "\(order.draft.skus)",
                    "order.units": .stringConvertible(order.draft.units),
                ]
            )
            let elapsed = try await run(
                .delete,
                taking: order.simulated.releaseTime,
                rows: held,
                failure: nil,
                of: order,
                on: span
            )
            telemetry.logger.info(
                "Held stock released",
                metadata: [
                    "order.id": "\(order.id)",
                    "order.lines": .stringConvertible(held),
                    "duration_ms": .stringConvertible(elapsed.milliseconds),
                ]
            )
        }
    }

    private func run(
        _ operation: Operation,
        taking time: Duration,
        rows: Int,
        failure: OutOfStock?,
        of order: PendingOrder,
        on span: any Span
    ) async throws -> Duration {
        let errorType = failure?.status.rawValue
        var attributes: SpanAttributes = [
            "db.system.name": "postgresql",
            "db.namespace": .string(Self.namespace),
            "db.collection.name": .string(Self.table),
            "db.operation.name": .string(operation.rawValue),
            "db.query.summary": .string("\(operation.rawValue) \(Self.table)"),
            "db.query.text": .string(operation.query),
            "db.response.returned_rows": .int64(Int64(rows)),
            "server.address": .string(Self.host),
            "server.port": 5432,
            "order.id": .string(order.id),
        ]
        attributes["error.type"] = errorType
        span.attributes = attributes

        let started = ContinuousClock.now
        try await pause(time)
        let elapsed = started.duration(to: .now)
        telemetry.metrics.recordDatabaseOperation(
            operation.rawValue,
            errorType: errorType,
            duration: elapsed
        )
        return elapsed
    }
}

extension PendingOrder {
    /// The line that the simulation finds no stock for.
    fileprivate var shortage: OutOfStock? {
        guard simulated.failure == .outOfStock, !draft.lines.isEmpty else { return nil }
        let line = draft.lines[Int(simulated.missingLine % UInt64(draft.lines.count))]
        return OutOfStock(sku: line.sku, requested: line.quantity)
    }
}

extension OrderDraft {
    /// The first few SKUs, for people.
    fileprivate var skus: String {
        let shown = lines.prefix(3).map(\.sku).joined(separator: ",")
        return lines.count > 3 ? shown + ",…" : shown
    }
}

/// Waits, if there is anything to wait for.
func pause(_ time: Duration) async throws {
    if time > .zero {
        try await Task.sleep(for: time)
    }
}
