import Foundation
import OTLP

/// What an export request holds, in words that its sender would use.
struct RequestContent {
    /// An item in its own terms.
    struct Item: Hashable {
        let service: String
        let name: String
        let traceID: String
        let spanID: String
        let startUnixNanoseconds: UInt64
        let timeUnixNanoseconds: UInt64
        let value: Double
    }

    let signal: Signal
    let items: [Item]
    private let payload: [UInt8]

    init(_ request: ExportRequest) throws(WireError) {
        let scan = try RequestScan(request.signal, payload: request.payload)
        signal = request.signal
        payload = request.payload
        let payload = request.payload
        func text(_ range: RequestScan.Bytes) -> String {
            String(decoding: payload[range.places], as: UTF8.self)
        }
        func hex(_ offset: Int32, _ count: Int) -> String {
            guard offset >= 0 else { return "" }
            return payload[Int(offset)..<(Int(offset) + count)]
                .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        items = scan.items.map { item in
            Item(
                service: text(scan.resources[Int(item.resource)].serviceName),
                name: Self.name(of: item, request.signal, scan, text),
                traceID: hex(item.traceIDOffset, 16),
                spanID: hex(item.spanIDOffset, 8),
                startUnixNanoseconds: item.startUnixNanoseconds,
                timeUnixNanoseconds: max(item.timeUnixNanoseconds, item.observedUnixNanoseconds),
                value: item.value
            )
        }
    }

    private static func name(
        of item: RequestScan.Item,
        _ signal: Signal,
        _ scan: RequestScan,
        _ text: (RequestScan.Bytes) -> String
    ) -> String {
        switch signal {
        case .traces: text(item.name)
        case .metrics: text(scan.metrics[Int(item.metric)].name)
        case .logs: severities[min(Int(item.kind), 24)]
        }
    }

    /// The names of `SeverityNumber`.
    private static let severities =
        ["UNSPECIFIED"]
        + ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap { name in
            [name, name + "2", name + "3", name + "4"]
        }

    /// How many items of which services, and the first of them.
    var summary: String {
        let kind = signal.itemsName.replacing("_", with: " ")
        let services = Set(items.map(\.service)).sorted().prefix(3).joined(separator: ", ")
        let first = items.first.map { ", first: \($0)" } ?? ""
        return "\(items.count) \(kind)" + (services.isEmpty ? "" : " of \(services)") + first
    }

    /// The first thing in which another request differs.
    func difference(from other: RequestContent) -> String {
        guard signal == other.signal else {
            return "\(signal.rawValue) and \(other.signal.rawValue)"
        }
        for (place, (mine, theirs)) in zip(items, other.items).enumerated() where mine != theirs {
            return "item \(place + 1): \(mine); and \(theirs)"
        }
        guard items.count == other.items.count else {
            return "\(items.count) items and \(other.items.count)"
        }
        let place = zip(payload, other.payload).enumerated().first { $1.0 != $1.1 }?.offset
        return "an attribute or another field, from byte "
            + "\(place ?? min(payload.count, other.payload.count)) on"
    }
}

extension RequestContent.Item: CustomStringConvertible {
    var description: String {
        var words = [name.isEmpty ? "(no name)" : name]
        if !traceID.isEmpty { words.append("trace \(traceID)") }
        if !spanID.isEmpty { words.append("span \(spanID)") }
        if timeUnixNanoseconds > 0 { words.append("at \(Self.text(timeUnixNanoseconds))") }
        return words.joined(separator: " ")
    }

    private static func text(_ unixNanoseconds: UInt64) -> String {
        let (seconds, rest) = unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let digits = String(rest)
        let fraction = String(repeating: "0", count: 9 - digits.count) + digits
        return whole.dropLast() + ".\(fraction)Z"
    }
}
