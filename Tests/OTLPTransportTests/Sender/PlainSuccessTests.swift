import NIOCore
import Testing

@testable import OTLPTransport

@Suite("PlainSuccess")
struct PlainSuccessTests {
    private static let nginx = """
        HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Thu, 26 Nov 2026 12:00:00 GMT\r\n\
        Content-Type: application/x-protobuf\r\nContent-Length: 0\r\n\
        Connection: keep-alive\r\n\r\n
        """

    @Test(
        "recognizes full success without a body",
        arguments: [
            nginx, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200\r\ncontent-length:0 \r\nCONNECTION: Keep-Alive\r\n\r\n",
        ]
    )
    func recognizes(answer: String) {
        // The second time, by what is known of the first.
        #expect(recognized([answer, answer, String(answer.dropLast())]) == [true, true, false])
    }

    @Test(
        "leaves everything else to a parser",
        arguments: [
            "", "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 2000\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 00\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \0\r\n\r\n",
        ]
    )
    func declines(answer: String) {
        #expect(recognized([answer, Self.nginx, answer]) == [false, true, false])
    }

    private func recognized(_ answers: [String]) -> [Bool] {
        var recognizer = PlainSuccess()
        return answers.map { recognizer.recognizes(ByteBuffer(string: $0)) }
    }
}
