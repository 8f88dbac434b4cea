import Foundation
import GRDB
import OTLP
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The steps of a ``CorpusBuilder``, which keeps their order.
extension CorpusFile {
    /// Numbers the requests that come next, and their traces; nil where there are none.
    func run(of batch: [PreparedRequest]) async throws -> OpenBlock.Run? {
        guard !batch.isEmpty else { return nil }
        let placed = try await place(batch)
        return state.withLock { state in
            let first = state.block.nextRequest
            state.block.skip(placed.count)
            return OpenBlock.Run(firstRequest: first, requests: placed[...], isSealed: true)
        }
    }

    /// Writes a block with all that belongs to it.
    func write(_ block: EncodedBlock?) async throws {
        guard let block else { return }
        do {
            try await onDatabase { [self] database in
                let batch = block.run.requests.map(\.prepared)
                try database.inTransaction {
                    try insert(batch, firstRequest: block.run.firstRequest, in: database)
                    try write([block], replacing: nil, in: database)
                    if index != .none {
                        try addRows(of: RowBacklog.Portion(block.run), in: database)
                    }
                    return .commit
                }
                state.withLock { state in
                    state.anchors.committed()
                    state.totals.add(batch)
                    state.totals.blockBytes += block.data.count
                }
                publish()
            }
        } catch {
            throw CorpusError(error, path: path)
        }
    }

    /// Builds the indexes, says how the recording ended, and closes the file once it is on disk.
    func complete(_ ending: CorpusBuilder.Ending) async throws -> CorpusTotals {
        do {
            var totals = try await onDatabase { [self] database in
                let indexes =
                    index == .none ? CorpusSchema.indexes.prefix(1) : CorpusSchema.indexes[...]
                for sql in indexes { try database.execute(sql: sql) }
                let digest = try digest(in: database)
                try database.execute(
                    sql: "UPDATE recording SET complete = ?, ended_ns = ?, digest = ?",
                    arguments: [ending.isComplete, ending.ended?.stored, digest]
                )
                if let settings = ending.settings {
                    try database.execute(
                        sql: "UPDATE recording SET settings = ?",
                        arguments: [try Self.settings(settings)]
                    )
                }
                return state.withLock { state in
                    state.totals.digest = digest
                    return state.totals
                }
            }
            try database.close()
            try synchronize()
            totals.fileBytes = Self.size(ofFile: path)
            return totals
        } catch {
            throw CorpusError(error, path: path)
        }
    }

    private func synchronize() throws(CorpusError) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw .database(path: path, reason: "the file is gone") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw errno == ENOSPC
                ? .full(path: path) : .database(path: path, reason: "the disk can't be written")
        }
    }
}
