import ArgumentParser
import Foundation
import OTLP
import OTLPTransport
import Playback
import Terminal

/// Where export requests go, and in what form.
struct TargetOptions: ParsableArguments {
    // Where the playback backend is looked for, and started if need be.
    private static let usualPort = 8080
    private static let usualGRPCPort = OTLPGRPCReceiver.defaultPort

    @Option(
        help: """
            The backend. (default: http://127.0.0.1:8080, for gRPC http://127.0.0.1:4317, started \
            here if need be)
            """
    )
    var to: String?

    @Option(help: "The backend for traces, with its whole path. (default: as --to)")
    var toTraces: String?

    @Option(help: "The backend for metrics, with its whole path. (default: as --to)")
    var toMetrics: String?

    @Option(help: "The backend for logs, with its whole path. (default: as --to)")
    var toLogs: String?

    @Option(
        name: .customLong("protocol"),
        help: "http/protobuf, http/json or grpc. (default: http/protobuf)"
    )
    var wireProtocol: OTLPSender.WireProtocol?

    @Option(name: .customLong("header"), help: "A header to send along, as name=value.")
    var headers: [HeaderOption] = []

    @Option(help: "none or gzip. (default: none)")
    var compression: OTLPSender.Compression?

    @Option(
        help: "How long an answer is waited for. (default: 10s)",
        transform: { try DurationArgument(parsing: $0) }
    )
    var timeout: DurationArgument?

    @Option(help: "A PEM file of the authorities to trust in place of the system's.")
    var ca: String?

    @Option(help: "A PEM file of the certificate to show to the backend.")
    var cert: String?

    @Option(help: "A PEM file of that certificate's key.")
    var key: String?

    @Flag(help: "Accept any certificate of the backend.")
    var insecure = false

    func validate() throws {
        do {
            for header in headers { _ = try header.header }
            if try destinations(connections: 1) == nil { _ = try usualBackend }
        } catch OTLPTransportError.unusableTLSFile {
            // No matter of how the command is written: the replay will fail, and say why.
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// Where each signal goes; nil when neither options nor environment name an endpoint.
    func destinations(connections: Int) throws -> ReplayDestinations? {
        let (settings, environment) = try (settings(connections), Self.environment)
        let endpoints = try Signal.allCases.compactMap { signal in
            try settings.endpoint(of: signal, environment)
        }
        guard let any = endpoints.first else { return nil }
        return try ReplayDestinations { signal in
            // A signal without an endpoint has to be left out; see requireEndpoints(of:).
            let endpoint = try settings.endpoint(of: signal, environment) ?? any
            return try destination(signal, endpoint, settings)
        }
    }

    /// The playback backend, which stands in where no endpoint is named.
    /// - Throws: ``TargetError/noEndpoints`` when some signals go by gRPC and others don't.
    var usualBackend: UsualBackend {
        get throws {
            let (settings, environment) = try (settings(1), Self.environment)
            let takesGRPC = try Signal.allCases.map { signal in
                try settings.wireProtocol(of: signal, environment) == .grpc
            }
            guard Set(takesGRPC).count == 1 else { throw TargetError.noEndpoints }
            return takesGRPC[0]
                ? UsualBackend(port: Self.usualGRPCPort, takesGRPC: true)
                : UsualBackend(port: Self.usualPort, takesGRPC: false)
        }
    }

    /// All signals at one endpoint, that of the playback backend.
    func destinations(at endpoint: OTLPEndpoint, connections: Int) throws -> ReplayDestinations {
        let settings = try settings(connections)
        return try ReplayDestinations { signal in try destination(signal, endpoint, settings) }
    }

    /// Finds out that a signal that is to be sent has nowhere to go, while others have.
    func requireEndpoints(of signals: Set<Signal>) throws {
        let (settings, environment) = try (settings(1), Self.environment)
        let lacking = try Signal.allCases.filter { signal in
            try settings.endpoint(of: signal, environment) == nil
        }
        guard lacking.count < Signal.allCases.count else { return }
        if let signal = lacking.first(where: signals.contains) {
            throw TargetError.noEndpoint(signal)
        }
    }

    private func destination(
        _ signal: Signal,
        _ endpoint: OTLPEndpoint,
        _ settings: ExporterSettings
    ) throws -> OTLPDestination {
        OTLPDestination(
            endpoint: endpoint,
            configuration: try settings.configuration(
                of: signal,
                Self.environment,
                isSecure: endpoint.isSecure
            )
        )
    }

    private static var environment: ExporterEnvironment {
        ExporterEnvironment(ProcessInfo.processInfo.environment)
    }

    private func settings(_ connections: Int) throws -> ExporterSettings {
        var settings = ExporterSettings()
        settings.endpoint = to
        settings.signalEndpoints = [.traces: toTraces, .metrics: toMetrics, .logs: toLogs]
            .compactMapValues { $0 }
        settings.wireProtocol = wireProtocol
        settings.headers = try headers.map { try $0.header }
        settings.timeout = timeout?.duration
        settings.compression = compression
        settings.authorities = ca
        settings.certificate = cert
        settings.key = key
        settings.acceptsAnyCertificate = insecure
        settings.connections = connections
        return settings
    }
}

/// Where a playback backend is to be found, on this machine.
struct UsualBackend {
    let port: Int
    /// Whether that port is one for gRPC.
    let takesGRPC: Bool

    var endpoint: OTLPEndpoint {
        get throws { try endpoint(port: port) }
    }

    /// The same backend at a port that it was given.
    func endpoint(port: Int) throws -> OTLPEndpoint {
        try OTLPEndpoint(
            "http://127.0.0.1:\(port)",
            wireProtocol: takesGRPC ? .grpc : .httpProtobuf
        )
    }
}

/// What the command line doesn't say and would have to.
enum TargetError: Error, CustomStringConvertible {
    case noEndpoint(Signal)
    case noEndpoints

    var description: String {
        switch self {
        case .noEndpoint(let signal):
            "\(signal.rawValue) have no endpoint; give --to, or leave them out with --signals"
        case .noEndpoints:
            "some signals go by gRPC and others don't; give --to-traces, --to-metrics and --to-logs"
        }
    }
}
