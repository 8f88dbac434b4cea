import CorpusStore
import Foundation
import OTLP

/// Reads the export requests of one file, ahead by one, so that several files can be joined by the
/// times of their items.
struct RequestImporter {
    private let reader: MessageReader
    private let signal: Signal?
    private let skipsBadMessages: Bool
    private(set) var badMessages: [String] = []
    private(set) var badMessageCount = 0
    private(set) var head: (request: PreparedRequest, latest: Timestamp?)?

    /// How many of the bad messages are told of.
    private static let toldMessages = 10

    /// An importer before the first request; `signal` is what a file holds that doesn't say.
    /// - Throws: ``EditingError/cannotRead(path:reason:)``.
    init(
        path: String,
        signal: Signal?,
        skipsBadMessages: Bool,
        progress: EditingProgress?
    ) throws(EditingError) {
        reader = try MessageReader(path: path, progress: progress)
        self.signal = signal
        self.skipsBadMessages = skipsBadMessages
    }

    /// Moves to the next request; ``head`` is nil behind the last.
    /// - Throws: ``EditingError`` with file, place and reason, unless bad messages are skipped.
    mutating func advance() throws {
        while true {
            do {
                head = try reader.next().map(request)
                return
            } catch EditingError.badMessage(let path, let place, let reason) {
                let error = EditingError.badMessage(path: path, place: place, reason: reason)
                guard skipsBadMessages else { throw error }
                badMessageCount += 1
                if badMessages.count < Self.toldMessages { badMessages.append("\(error)") }
            }
        }
    }

    private func request(_ message: FileMessage) throws -> (PreparedRequest, Timestamp?) {
        func bad(_ reason: String) -> EditingError {
            .badMessage(path: reader.name, place: message.place, reason: reason)
        }
        let signal: Signal
        let payload: [UInt8]
        switch message.format {
        case .json:
            guard let found = OTLPJSON.signal(of: message.bytes) else {
                throw bad("no OTLP/JSON: no resourceSpans, resourceMetrics or resourceLogs")
            }
            signal = found
            do throws(OTLPJSONError) {
                payload = try OTLPJSON.decode(found, json: message.bytes)
            } catch {
                throw bad("\(error)")
            }
        case .proto:
            payload = message.bytes
            guard let found = self.signal ?? SignalSniffer.signal(of: payload) else {
                throw bad(
                    "neither spans nor metric points nor log records"
                        + " (if you know which, say --signal)"
                )
            }
            signal = found
        }
        do throws(WireError) {
            let request = try PreparedRequest(
                ExportRequest(
                    signal: signal,
                    arrival: Timestamp(unixNanoseconds: 0),
                    payload: payload
                )
            )
            return (request, request.scan.latestTime)
        } catch {
            throw bad("not an export request in protobuf (\(error))")
        }
    }
}
