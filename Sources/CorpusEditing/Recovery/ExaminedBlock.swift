import CorpusStore
import OTLP

/// A block that was read: what it holds, and where its requests belong.
struct ExaminedBlock {
    /// Which one of those that the scan found.
    let place: Int
    /// From which images it was read.
    let view: PageImages.View
    /// Whether it matches its CRC-32.
    let isIntact: Bool
    /// How many requests it lists.
    let count: Int64
    /// The arrivals of the first and the last.
    let firstArrival: UInt64
    let lastArrival: UInt64
    /// The number of its first request; 0 where it isn't known.
    var first: Int64
    /// Where that number is from.
    var source = Source.ownRow

    enum Source {
        /// Its own row.
        case ownRow
        /// Its own row, with which those of `requests` agree.
        case bothRows
        /// The rows of `requests`, with which its own one doesn't agree.
        case requestRows
    }

    /// Whether the rows of `requests` agree with its number.
    var isConfirmed: Bool { source != .ownRow }

    /// The number after its last request; a damaged row's saturates.
    var end: Int64 {
        let (sum, overflow) = first.addingReportingOverflow(count)
        return overflow ? .max : sum
    }
}

extension LooseBlock.Listing {
    /// Whether a row of `requests` may be of the same request.
    func matches(_ row: CorpusRows.Request) -> Bool {
        arrival.unixNanoseconds == row.arrival && signal == row.signal
            && Int64(payloadBytes) == row.payloadBytes
    }
}

extension CorpusScan {
    /// Reads a block's bytes as its row leads to them, from those images with which they match its
    /// checksum if there are such; nil where they can't be had.
    func read(
        _ found: FoundBlock,
        views: [PageImages.View]
    ) -> (bytes: [UInt8], view: PageImages.View, isIntact: Bool)? {
        let page = images.bytes(of: found.image)
        var damaged: (bytes: [UInt8], view: PageImages.View, isIntact: Bool)?
        for view in views {
            guard let record = images.record(of: found.cell, on: page, view: view),
                found.row.data.upperBound <= record.count
            else { continue }
            let bytes = Array(record[found.row.data])
            guard LooseBlock.crc32(of: bytes) != found.row.crc32 else { return (bytes, view, true) }
            damaged = damaged ?? (bytes, view, false)
        }
        return damaged
    }
}
