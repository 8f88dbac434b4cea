/// Words of protocols and of OpenTelemetry's conventions that identify nobody and stand in names
/// everywhere: dropping `url.scheme` is not to take "http" out of every other key.
enum HarmlessValues {
    static let words = [
        "http", "https", "grpc", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
        "_OTHER", "HTTP", "HTTPS", "HTTP/1.1", "HTTP/2", "ipv4", "ipv6", "unix", "pipe",
        "localhost", "127.0.0.1", "true", "false", "null", "none", "unknown", "unset", "DEBUG",
        "INFO", "WARN", "ERROR", "FATAL", "error", "info", "warn", "debug", "trace", "stdout",
        "stderr", "linux", "darwin", "windows", "amd64", "arm64", "x86_64", "opentelemetry", "java",
        "python", "nodejs", "dotnet", "rust", "ruby", "swift", "erlang", "webjs",
    ]
}
