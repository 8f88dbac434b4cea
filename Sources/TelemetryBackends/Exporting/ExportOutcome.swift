/// How the export of one batch ended.
struct ExportOutcome: Equatable {
    enum Result: Equatable {
        case accepted
        /// The receiver took the request, all but so many of its items.
        case partiallyAccepted(rejectedCount: Int, message: String)
        case failed(reason: String)
    }

    let result: Result

    /// How often the request was sent again.
    let retries: Int
}
