import CorpusStore

extension ReplayReport {
    /// What became of one signal's requests: selected, offered when they were due, sent, and then
    /// accepted or failed.
    ///
    /// The traffic of retries is counted apart.
    public struct SignalReport: Codable, Equatable, Sendable {
        /// Requests that the replay was to send.
        public let selectedRequests: Int
        /// Requests that left the schedule.
        public let offeredRequests: Int
        /// Requests that were on the wire at least once.
        public let sentRequests: Int
        /// Items in them.
        public let sentItems: Int
        /// Bytes of payload in them, each counted once.
        public let sentBytes: Int
        /// Requests that were answered with success.
        public let requests: Int
        /// Items in them.
        public let items: Int
        /// Bytes of payload in them, before content encoding.
        public let bytes: Int
        /// Items the backend took.
        public let acceptedItems: Int
        /// Items the backend rejected (partial success).
        public let rejectedItems: Int
        /// How often a request was sent once more.
        public let retries: Int
        /// Bytes of payload that were sent once more.
        public let retryBytes: Int
        /// Requests that were given up.
        public let failedRequests: Int
        /// Items in them.
        public let failedItems: Int
        /// Requests that were not begun: the replay was stopped, or they were damaged.
        public let unsentRequests: Int

        init(_ account: ReplayLedger.Account, of totals: CorpusTotals.Counts) {
            selectedRequests = totals.requests
            offeredRequests = account.offeredRequests
            sentRequests = account.sentRequests
            sentItems = account.sentItems
            sentBytes = account.sentBytes
            requests = account.requests
            items = account.items
            bytes = account.bytes
            acceptedItems = account.items - account.rejectedItems
            rejectedItems = account.rejectedItems
            retries = account.retries
            retryBytes = account.retryBytes
            failedRequests = account.failedRequests
            failedItems = account.failedItems
            unsentRequests = totals.requests - account.requests - account.failedRequests
        }
    }
}
