public import ArgumentParser
import Foundation
import OTLP
public import OTLPTransport
public import Playback

/// `name=value`, as `--header` takes it.
struct HeaderOption: ExpressibleByArgument {
    private let name: String
    private let value: String

    init?(argument: String) {
        guard let separator = argument.firstIndex(of: "="), separator > argument.startIndex else {
            return nil
        }
        name = String(argument[..<separator])
        value = String(argument[argument.index(after: separator)...])
    }

    var header: OTLPSender.Header {
        get throws { try OTLPSender.Header(name: name, value: value) }
    }
}

/// An RFC 3339 instant, as `--start-at` takes it.
struct StartTime: ExpressibleByArgument {
    let timestamp: Timestamp

    init?(argument: String) {
        let plain = try? Date.ISO8601FormatStyle().parse(argument)
        let fractional = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            .parse(argument)
        guard let date = plain ?? fractional,
            let nanoseconds = UInt64(exactly: (date.timeIntervalSince1970 * 1e6).rounded() * 1e3)
        else { return nil }
        timestamp = Timestamp(unixNanoseconds: nanoseconds)
    }
}

extension TimestampMode: ExpressibleByArgument {}
extension ReplayConfiguration.Identifiers: ExpressibleByArgument {}
extension OTLPSender.Compression: ExpressibleByArgument {}
extension OTLPSender.WireProtocol: ExpressibleByArgument {}
