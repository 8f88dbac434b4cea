import Foundation

/// The attributes of items that people filter by: of few values each, by the names that the
/// OpenTelemetry semantic conventions give them, the present ones and those in wide use before.
///
/// Others would make as many rows as there are items, and stand in the payloads anyway.
struct FilterKeys {
    private static let names = [
        "cloud.region", "code.function.name", "db.collection.name", "db.name", "db.namespace",
        "db.operation", "db.operation.name", "db.response.status_code", "db.sql.table", "db.system",
        "db.system.name", "error.type", "event.name", "exception.type", "faas.trigger",
        "feature_flag.key", "feature_flag.result.variant", "graphql.operation.name",
        "graphql.operation.type", "http.method", "http.request.method",
        "http.response.status_code", "http.route", "http.status_code", "jvm.gc.name",
        "messaging.destination.name", "messaging.operation", "messaging.operation.name",
        "messaging.operation.type", "messaging.system", "network.protocol.name", "peer.service",
        "rpc.grpc.status_code", "rpc.method", "rpc.service", "rpc.system", "server.address",
        "server.port", "url.scheme",
    ]

    /// By their length, which tells most other keys apart at a glance.
    private let byLength: [[[UInt8]]]

    init() {
        var byLength: [[[UInt8]]] = []
        for name in Self.names.map({ Array($0.utf8) }) {
            while byLength.count <= name.count { byLength.append([]) }
            byLength[name.count].append(name)
        }
        self.byLength = byLength
    }

    func contains(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count < byLength.count, let start = key.baseAddress else { return false }
        return byLength[key.count].contains { memcmp($0, start, key.count) == 0 }
    }
}
