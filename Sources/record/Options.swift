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
        // An endpoint's address, in which the port must be named.
        guard argument.last?.isNumber == true, argument.contains(":"),
            !argument.contains("/"), let endpoint = try? OTLPEndpoint("http://\(argument)")
        else { return nil }
        host = endpoint.host
        port = endpoint.port
    }
}

extension Arrivals: ExpressibleByArgument {}
extension ItemIndex: ExpressibleByArgument {}
