public import ArgumentParser
public import CorpusStore
public import LoadGenerator
import OTLPTransport

/// How measurements become metric points, as `--metrics` takes it.
enum MetricsOption: String, ExpressibleByArgument, CaseIterable {
    case perMeasurement = "per-measurement"
    case aggregated
}

/// `HOST:PORT`, as `--listen` takes it.
struct ListenAddress: ExpressibleByArgument {
    let host: String
    let port: Int

    init?(argument: String) {
        // The host as in an endpoint's address; the port must be named, and may be 0 for a free one.
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]),
            (0...65_535).contains(port), !argument.contains("/"),
            let endpoint = try? OTLPEndpoint("http://\(argument[..<colon])")
        else { return nil }
        host = endpoint.host
        self.port = port
    }
}

extension Arrivals: ExpressibleByArgument {}
extension ItemIndex: ExpressibleByArgument {}
