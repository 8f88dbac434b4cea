import NIOCore
import NIOPosix

extension ServerBootstrap {
    /// Serves on a free port of the loopback until the body returns, which is told the port.
    func serving<Result: Sendable>(
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let channel = try await bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(channel.localAddress?.port ?? 0)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}
