import Foundation
import Logging
import Synchronization

/// An order under way: what was asked for, and what the simulation has in store for it.
struct PendingOrder {
    let draft: OrderDraft
    let simulated: SimulatedOrder

    var id: String { simulated.id }
}

/// Takes an order through its steps: hold stock, authorize the payment, confirm; or undo what was
/// done.
final class OrderProcessor: Sendable {
    private let simulation: Simulation
    private let store: OrderStore
    private let telemetry: OrderTelemetry
    private let inventory: InventoryDatabase
    private let payments: PaymentProvider
    private let placed = Atomic<UInt64>(0)

    init(simulation: Simulation, store: OrderStore, telemetry: OrderTelemetry) {
        self.simulation = simulation
        self.store = store
        self.telemetry = telemetry
        inventory = InventoryDatabase(telemetry: telemetry)
        payments = PaymentProvider(telemetry: telemetry)
    }

    /// - Throws: ``OrderRejection`` when the order failed.
    func place(_ draft: OrderDraft) async throws -> Order {
        let number = placed.wrappingAdd(1, ordering: .relaxed).oldValue
        let pending = PendingOrder(draft: draft, simulated: simulation.order(number))
        telemetry.logger.info(
            "Order accepted for processing",
            metadata: [
                "order.id": "\(pending.id)",
                "customer.id": "\(draft.customerID)",
                "order.lines": .stringConvertible(draft.lines.count),
                "order.total": "\(draft.total)",
                "order.currency": "\(draft.currency.rawValue)",
                "payment.method": "\(draft.paymentMethod.rawValue)",
            ]
        )
        do {
            try await inventory.holdStock(for: pending)
            try await payments.authorize(pending)
        } catch let failure as any OrderFailure {
            try await undo(pending, after: failure)
            throw OrderRejection(order: finish(pending, failure.status), failure: failure)
        }
        let order = finish(pending, .confirmed)
        logConfirmation(pending)
        return order
    }

    private func finish(_ pending: PendingOrder, _ status: OrderStatus) -> Order {
        let order = Order(
            id: pending.id,
            status: status,
            createdAt: Date.now.formatted(Self.timestampStyle),
            draft: pending.draft
        )
        store.insert(order)
        telemetry.metrics.recordOrder(order)
        return order
    }

    /// The compensation for what a failed order has done so far: lines held are released when it
    /// failed there, and a hold with a payment in doubt or refused is left to run out.
    private func undo(_ pending: PendingOrder, after failure: any OrderFailure) async throws {
        let isOutOfStock = failure.status == .outOfStock
        if isOutOfStock {
            try await inventory.releaseStock(for: pending)
        }
        telemetry.logger.log(
            level: failure.status == .paymentTimeout ? .error : .warning,
            "Order rejected",
            metadata: [
                "order.id": "\(pending.id)",
                "customer.id": "\(pending.draft.customerID)",
                "order.status": "\(failure.status.rawValue)",
                "order.total": "\(pending.draft.total)",
                "order.currency": "\(pending.draft.currency.rawValue)",
            ]
        )
        telemetry.logger.info(
            isOutOfStock ? "Restock notice queued" : "Stock hold left to expire",
            metadata: [
                "order.id": "\(pending.id)",
                "customer.id": "\(pending.draft.customerID)",
                "warehouse": "\(pending.simulated.warehouse)",
                "order.units": .stringConvertible(pending.draft.units),
            ]
        )
    }

    private func logConfirmation(_ pending: PendingOrder) {
        telemetry.logger.info(
            "Order confirmed",
            metadata: [
                "order.id": "\(pending.id)",
                "customer.id": "\(pending.draft.customerID)",
                "order.status": "\(OrderStatus.confirmed.rawValue)",
                "order.total": "\(pending.draft.total)",
                "order.currency": "\(pending.draft.currency.rawValue)",
            ]
        )
        telemetry.logger.info(
            "Order handed to fulfilment",
            metadata: [
                "order.id": "\(pending.id)",
                "customer.id": "\(pending.draft.customerID)",
                "warehouse": "\(pending.simulated.warehouse)",
                "order.units": .stringConvertible(pending.draft.units),
            ]
        )
    }

    private static let timestampStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
