import Foundation
public import OTLP
import Synchronization

/// Records export requests into a corpus.
///
/// ``accept(_:)`` returns once its request is committed to disk, so whatever was acknowledged
/// outlives a crash. Requests that arrive during a commit share the next one. When more waits than
/// the queue may hold, or the disk is full, further requests are refused until there is room.
public final class CorpusWriter: TelemetrySink {
    /// Where and how to record.
    public struct Configuration: Sendable {
        /// The file to make.
        public var path: String
        /// Whether a file that exists there is replaced; otherwise it is an error.
        public var replacesExisting: Bool
        /// How the recording was made; kept in the corpus.
        public var settings: RecordingSettings
        /// Which items get rows of their own.
        public var index: ItemIndex
        /// How many bytes of payload may wait for a commit.
        public var queueBytes: Int
        /// How many bytes of payload a sealed block holds, about.
        public var blockBytes: Int

        /// Records everything about every item into a new file.
        public init(
            path: String,
            replacesExisting: Bool = false,
            settings: RecordingSettings = [:],
            index: ItemIndex = .all,
            queueBytes: Int = 32 << 20,
            blockBytes: Int = BlockCodec.defaultBlockBytes
        ) {
            self.path = path
            self.replacesExisting = replacesExisting
            self.settings = settings
            self.index = index
            self.queueBytes = queueBytes
            self.blockBytes = blockBytes
        }
    }

    private let file: CorpusFile
    private let queue: Mutex<CommitQueue<PreparedRequest>>
    private let refused = Atomic<Int>(0)
    private let path: String
    /// Whether the disk was full at the last attempt to commit.
    private let wasFull = Atomic(false)

    /// Makes the file.
    /// - Throws: ``CorpusError`` when it exists or can't be made.
    public convenience init(
        _ configuration: Configuration,
        clock: WallClock
    ) throws(CorpusError) {
        try self.init(configuration, clock: clock, space: DiskSpace(path: configuration.path))
    }

    init(
        _ configuration: Configuration,
        clock: WallClock,
        space: DiskSpace
    ) throws(CorpusError) {
        path = configuration.path
        file = try CorpusFile(creating: configuration, clock: clock, space: space)
        queue = Mutex(CommitQueue(capacityBytes: configuration.queueBytes))
    }

    /// How many export requests were refused for want of room.
    public var refusedRequests: Int { refused.load(ordering: .relaxed) }

    /// Counts of what is committed so far.
    public var totals: CorpusTotals { file.totals }

    /// Keeps an export request for good.
    public func accept(_ request: ExportRequest) async throws(TelemetryRefusal) {
        let bytes = request.payload.count
        guard queue.withLock({ $0.admit(bytes: bytes) }) else {
            refused.add(1, ordering: .relaxed)
            guard !queue.withLock({ $0.closed }) else {
                throw .unavailable(reason: "the recording has ended")
            }
            throw .full(retryAfter: .seconds(1))
        }
        defer {
            for drained in queue.withLock({ $0.release(bytes: bytes) }) { drained() }
        }

        let prepared: PreparedRequest
        do throws(WireError) {
            prepared = try PreparedRequest(request)
        } catch {
            throw .malformed(error)
        }
        let error = await committed(prepared)
        guard let error else { return }
        refused.add(1, ordering: .relaxed)
        guard case .full = error else { throw .unavailable(reason: error.description) }
        throw .full(retryAfter: .seconds(5))
    }

    /// Waits until the request is committed, committing whatever is queued when it is this one's
    /// turn to.
    private func committed(_ prepared: PreparedRequest) async -> CorpusError? {
        let wake = await withCheckedContinuation {
            (continuation: CheckedContinuation<CommitQueue<PreparedRequest>.Wake, Never>) in
            let waiter = CommitQueue.Waiter(element: prepared) {
                continuation.resume(returning: $0)
            }
            if queue.withLock({ $0.enqueue(waiter) }) { waiter.wake(.lead) }
        }
        switch wake {
        case .committed: return nil
        case .failed(let error): return error
        case .lead: break
        }
        // The first of the batch is this request itself.
        let batch = queue.withLock { $0.takeAll() }
        let error = await file.commit(batch.map(\.element))
        wasFull.store(error == .full(path: path), ordering: .relaxed)
        for waiter in batch.dropFirst() { waiter.wake(error.map { .failed($0) } ?? .committed) }
        queue.withLock { $0.commitEnded() }?.wake(.lead)
        // Nobody but this request waits for it.
        if error == nil { await file.sealFullBlocks() }
        return error
    }

    /// Ends the recording once the requests that were let in are answered; later ones are refused.
    ///
    /// Seals the last block, builds the indexes, and makes the file one that can be copied and
    /// opened read-only. Where the disk is full, it does what there is room for.
    /// - Throws: ``CorpusError/filledUp(path:keptRequests:refusedRequests:lacksIndexes:)`` when the last requests
    ///   were refused since the disk was full, the corpus being complete with those before;
    ///   another ``CorpusError`` when the file can't be completed; what was committed stays.
    public func finish() async throws(CorpusError) -> CorpusTotals {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            if queue.withLock({ $0.close { continuation.resume() } }) { continuation.resume() }
        }
        let totals = try await file.finish()
        guard !wasFull.load(ordering: .relaxed) else {
            throw .filledUp(
                path: path,
                keptRequests: totals.requests,
                refusedRequests: refusedRequests,
                lacksIndexes: totals.lacksIndexes
            )
        }
        return totals
    }
}
