public import CorpusStore
import Foundation
import OTLP

/// Says whether two corpora hold the same payloads in the same order, and if not, where they differ.
public enum CorpusComparison {
    /// How many differences are described.
    private static let describedDifferences = 10
    /// How many names are counted apart; further ones are counted together.
    private static let nameLimit = 10_000

    /// Compares two corpora by the SHA-256 of each payload, then looks into those that differ.
    ///
    /// Arrivals, settings and the layout of blocks don't count. Equal corpora are not decoded: that
    /// the payloads are what their digests say is for `CorpusReader.verify(onProgress:)` to check.
    /// - Returns: what tells them apart.
    /// - Throws: `CorpusError` when one can't be read; `CancellationError`.
    public static func compare(
        _ first: CorpusReader,
        _ second: CorpusReader,
        progress: EditingProgress
    ) throws -> CorpusDifference {
        var difference = CorpusDifference(
            a: .init(corpus: first.path, digest: first.recording.digest),
            b: .init(corpus: second.path, digest: second.recording.digest)
        )
        let (left, right) = (FingerprintReader(first), FingerprintReader(second))
        var alignment = SequenceAlignment({ try left.next() }, { try right.next() })
        var places: [(Int64?, Int64?)] = []
        func note(_ a: Int64?, _ b: Int64?) {
            if places.count < describedDifferences { places.append((a, b)) }
        }
        while let step = try alignment.next() {
            try Task.checkCancellation()
            switch step {
            case .same: break
            case .changed(let a, let b):
                difference.changedRequests += 1
                note(a.number, b.number)
            case .onlyFirst(let a):
                difference.onlyInA += 1
                note(a.number, nil)
            case .onlySecond(let b):
                difference.onlyInB += 1
                note(nil, b.number)
            }
        }
        difference.a.exportRequests = left.count
        difference.b.exportRequests = right.count
        guard !difference.same else { return difference }
        difference.differences = try places.map { try place($0, $1, first, second) }
        difference.counts = try counts(first, second, progress)
        return difference
    }

    private static func place(
        _ a: Int64?,
        _ b: Int64?,
        _ first: CorpusReader,
        _ second: CorpusReader
    ) throws -> CorpusDifference.Place {
        let left = try a.map { try content(of: $0, in: first) }
        let right = try b.map { try content(of: $0, in: second) }
        return CorpusDifference.Place(
            a: zip(a, left).map { .init(number: $0, content: $1.summary) },
            b: zip(b, right).map { .init(number: $0, content: $1.summary) },
            detail: zip(left, right).map { $0.difference(from: $1) }
        )
    }

    private static func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
        if let a, let b { (a, b) } else { nil }
    }

    private static func content(
        of number: Int64,
        in reader: CorpusReader
    ) throws -> RequestContent {
        let block = try reader.blocks().last { $0.firstRequest <= number }
        var cursor = try RequestCursor(reader, blocks: block.map { [$0] } ?? [])
        while let (found, request) = try cursor.next() {
            if found == number { return try RequestContent(request) }
        }
        throw CorpusError.damagedRequest(path: reader.path, request: number)
    }

    // MARK: Counting

    private struct Key: Hashable {
        let signal: Signal
        let service: String
        let name: String
    }

    private static func counts(
        _ first: CorpusReader,
        _ second: CorpusReader,
        _ progress: EditingProgress
    ) throws -> [CorpusDifference.Count] {
        let (left, right) = (try tally(first, progress), try tally(second, progress))
        return Set(left.keys).union(right.keys)
            .map { key in
                CorpusDifference.Count(
                    signal: key.signal,
                    service: key.service,
                    name: key.name,
                    a: left[key] ?? 0,
                    b: right[key] ?? 0
                )
            }
            .filter { $0.a != $0.b }
            .sorted { left, right in
                (left.signal.rawValue, left.service, left.name)
                    < (right.signal.rawValue, right.service, right.name)
            }
    }

    private static func tally(
        _ reader: CorpusReader,
        _ progress: EditingProgress
    ) throws -> [Key: Int] {
        let requests = try SelectedRequests(reader, progress: progress)
        var tally: [Key: Int] = [:]
        while let (_, request) = try requests.next() {
            try Task.checkCancellation()
            for item in try RequestContent(request).items {
                var key = Key(signal: request.signal, service: item.service, name: item.name)
                if tally[key] == nil, tally.count >= nameLimit {
                    key = Key(signal: request.signal, service: "(others)", name: "(others)")
                }
                tally[key, default: 0] += 1
            }
        }
        return tally
    }
}

/// The fingerprints of a corpus's requests, read some at a time.
private final class FingerprintReader {
    private let reader: CorpusReader
    private var page: ArraySlice<RequestFingerprint> = []
    private var last: Int64 = 0
    private(set) var count = 0

    init(_ reader: CorpusReader) {
        self.reader = reader
    }

    func next() throws -> RequestFingerprint? {
        if page.isEmpty { page = try reader.fingerprints(after: last, limit: 1_000)[...] }
        guard let fingerprint = page.popFirst() else { return nil }
        last = fingerprint.number
        count += 1
        return fingerprint
    }
}
