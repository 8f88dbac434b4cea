import Foundation
import NIOSSL
import TestSupport

/// Certificates made by the openssl program, once for all tests: an authority, and what it issued.
struct TestCertificates: Sendable {
    /// What openssl said when it failed.
    struct Failure: Error {
        let complaint: String
    }

    /// A certificate and its key, as files.
    struct Identity: Sendable {
        let certificate: String
        let key: String

        /// A server that shows this certificate; with `clientAuthority`, it asks for one of that
        /// authority.
        func server(
            protocols: [String] = ["h2", "http/1.1"],
            clientAuthority: String? = nil
        ) throws -> NIOSSLContext {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate)
                    .map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            )
            configuration.applicationProtocols = protocols
            if let clientAuthority {
                configuration.certificateVerification = .noHostnameVerification
                configuration.trustRoots = .file(clientAuthority)
            }
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// The authority's own certificate.
    let authority: String
    /// For 127.0.0.1 and localhost.
    let server: Identity
    /// The same, until yesterday.
    let expired: Identity
    /// For another host.
    let elsewhere: Identity
    /// Names nobody in particular.
    let client: Identity
    private let folder: TemporaryFolder

    static let shared = Result { try TestCertificates() }

    private init() throws {
        folder = try TemporaryFolder()
        let folder = folder
        authority = folder.file("ca.pem")
        let key = folder.file("ca.key")
        try Self.openssl(
            ["req", "-x509", "-subj", "/CN=test authority", "-days", "2", "-out", authority]
                + Self.newKey(key)
        )
        func issue(_ name: String, _ hosts: String, days: Int = 2) throws -> Identity {
            let identity = Identity(
                certificate: folder.file("\(name).pem"),
                key: folder.file("\(name).key")
            )
            let (request, extensions) = (folder.file("\(name).csr"), folder.file("\(name).ext"))
            try Data("subjectAltName=\(hosts)\n".utf8)
                .write(to: URL(fileURLWithPath: extensions))
            try Self.openssl(
                ["req", "-new", "-subj", "/CN=\(name)", "-out", request]
                    + Self.newKey(identity.key)
            )
            try Self.openssl([
                "x509", "-req", "-in", request, "-CA", folder.file("ca.pem"), "-CAkey", key,
                "-CAcreateserial", "-days", "\(days)", "-extfile", extensions, "-out",
                identity.certificate,
            ])
            return identity
        }
        server = try issue("server", "IP:127.0.0.1,DNS:localhost")
        expired = try issue("expired", "IP:127.0.0.1", days: -1)
        elsewhere = try issue("elsewhere", "DNS:example.com")
        client = try issue("client", "DNS:client")
    }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let complaints = Pipe()
        process.standardError = complaints
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let complaint = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(complaint: String(decoding: complaint, as: UTF8.self))
        }
    }
}
