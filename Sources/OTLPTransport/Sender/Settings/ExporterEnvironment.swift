import Foundation
import OTLP

/// What the `OTEL_EXPORTER_OTLP_…` variables ask of whoever sends telemetry (OTLP exporter
/// specification, "Configuration Options").
///
/// A signal's own variable has precedence over the one for all; an empty one counts as unset.
public struct ExporterEnvironment: Sendable {
    private let variables: [String: String]

    /// The settings in the variables given.
    public init(_ variables: [String: String]) {
        self.variables = variables
    }

    struct Variable {
        let name: String
        let value: String

        func invalid(_ reason: String) -> OTLPTransportError {
            .invalidVariable(name: name, reason: reason)
        }
    }

    /// The endpoint of a signal: its own one, whose path is taken as it is, or the one for all.
    func endpoint(
        _ signal: Signal,
        _ wireProtocol: OTLPSender.WireProtocol
    ) throws(OTLPTransportError) -> OTLPEndpoint? {
        let scope: OTLPEndpoint.Scope
        let found: Variable
        if let own = variable("OTEL_EXPORTER_OTLP_\(signal.rawValue.uppercased())_ENDPOINT") {
            (found, scope) = (own, .oneSignal)
        } else if let common = variable("OTEL_EXPORTER_OTLP_ENDPOINT") {
            (found, scope) = (common, .allSignals)
        } else {
            return nil
        }
        do {
            return try OTLPEndpoint(
                found.value,
                wireProtocol: wireProtocol,
                scope: scope,
                isInsecureWithoutScheme: isInsecure(signal)
            )
        } catch {
            throw found.invalid("\(error)")
        }
    }

    func wireProtocol(_ signal: Signal) throws(OTLPTransportError) -> OTLPSender.WireProtocol? {
        try choice("PROTOCOL", signal)
    }

    func compression(_ signal: Signal) throws(OTLPTransportError) -> OTLPSender.Compression? {
        try choice("COMPRESSION", signal)
    }

    /// From a millisecond to a day.
    func timeout(_ signal: Signal) throws(OTLPTransportError) -> Duration? {
        guard let found = variable("TIMEOUT", signal) else { return nil }
        guard let milliseconds = Int(found.value), (1...86_400_000).contains(milliseconds) else {
            throw found.invalid(
                "'\(shown(found.value))' is not a number of milliseconds from 1 to 86400000"
            )
        }
        return .milliseconds(milliseconds)
    }

    /// A `key=value,…` list with percent-encoded keys and values (W3C Baggage, without properties).
    ///
    /// The entries themselves may be secret: errors tell their number, from 1.
    func headers(_ signal: Signal) throws(OTLPTransportError) -> [OTLPSender.Header] {
        guard let found = variable("HEADERS", signal) else { return [] }
        var headers: [OTLPSender.Header] = []
        let entries = found.value.split(separator: ",", omittingEmptySubsequences: false)
        for (index, entry) in entries.enumerated() where !Self.trimmed(entry).isEmpty {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2,
                let name = Self.trimmed(parts[0]).removingPercentEncoding,
                let value = Self.trimmed(parts[1]).removingPercentEncoding
            else { throw found.invalid("entry \(index + 1) is not key=value, percent-encoded") }
            do {
                headers.append(try OTLPSender.Header(name: name, value: value))
            } catch {
                throw found.invalid("entry \(index + 1): \(error)")
            }
        }
        return headers
    }

    func authorities(_ signal: Signal) -> String? { variable("CERTIFICATE", signal)?.value }

    func clientCertificate(_ signal: Signal) -> String? {
        variable("CLIENT_CERTIFICATE", signal)?.value
    }

    func clientKey(_ signal: Signal) -> String? { variable("CLIENT_KEY", signal)?.value }

    /// Whether a gRPC endpoint that names no scheme is one without TLS.
    func isInsecure(_ signal: Signal) -> Bool {
        variable("INSECURE", signal)?.value.lowercased() == "true"
    }

    private func choice<Value: RawRepresentable & CaseIterable>(
        _ what: String,
        _ signal: Signal
    ) throws(OTLPTransportError) -> Value? where Value.RawValue == String {
        guard let found = variable(what, signal) else { return nil }
        guard let value = Value(rawValue: found.value) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw found.invalid("'\(shown(found.value))' is none of \(known)")
        }
        return value
    }

    private func variable(_ what: String, _ signal: Signal) -> Variable? {
        variable("OTEL_EXPORTER_OTLP_\(signal.rawValue.uppercased())_\(what)")
            ?? variable("OTEL_EXPORTER_OTLP_\(what)")
    }

    private func variable(_ name: String) -> Variable? {
        let value = Self.trimmed(variables[name] ?? "")
        return value.isEmpty ? nil : Variable(name: name, value: value)
    }

    private func shown(_ value: String) -> String { String(printable: value, limit: 100) }

    private static func trimmed(_ text: some StringProtocol) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension OTLPEndpoint {
    /// With gRPC the scheme may be left away; whether that means TLS is for a setting to say.
    init(
        _ text: String,
        wireProtocol: OTLPSender.WireProtocol,
        scope: Scope,
        isInsecureWithoutScheme: Bool
    ) throws(OTLPTransportError) {
        let lacksScheme = wireProtocol == .grpc && !text.contains("://")
        let scheme = isInsecureWithoutScheme ? "http://" : "https://"
        try self.init(
            lacksScheme ? scheme + text : text,
            wireProtocol: wireProtocol,
            scope: scope
        )
    }
}
