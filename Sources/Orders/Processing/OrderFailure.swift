/// Why an acceptable order could not be fulfilled.
protocol OrderFailure: Error, CustomStringConvertible {
    var status: OrderStatus { get }
}

/// The stock doesn't cover a line.
struct OutOfStock: OrderFailure {
    let sku: String
    let requested: Int

    var status: OrderStatus { .outOfStock }
    var description: String { "SKU \(sku) is out of stock, \(requested) requested" }
}

/// The payment provider said no.
struct PaymentDeclined: OrderFailure {
    let reason: String

    var status: OrderStatus { .paymentDeclined }
    var description: String { "The payment provider declined: \(reason)" }
}

/// The payment provider said nothing.
struct PaymentTimeout: OrderFailure {
    var status: OrderStatus { .paymentTimeout }
    var description: String { "The payment provider did not answer in time" }
}

/// An order that failed, kept for later questions, and why.
struct OrderRejection: Error {
    let order: Order
    let failure: any OrderFailure
}
