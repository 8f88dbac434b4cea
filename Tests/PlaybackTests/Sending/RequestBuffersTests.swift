import NIOCore
import Testing

@testable import Playback

@Suite("RequestBuffers")
struct RequestBuffersTests {
    private func place(_ buffer: ByteBuffer) -> UnsafeRawPointer? {
        buffer.withVeryUnsafeBytes { $0.baseAddress }
    }

    @Test("gives a buffer out again once nobody holds a slice of it")
    func reuse() {
        var buffers = RequestBuffers(readAheadBytes: 64_000_000)
        var places: Set<UnsafeRawPointer?> = []
        for number in 0..<100 {
            var buffer = buffers.take(atLeast: 10)
            buffer.writeInteger(number)
            places.insert(place(buffer))
            buffers.give(buffer)
        }
        #expect(places.count == 8)
    }

    @Test("leaves what is held as it is")
    func held() {
        var buffers = RequestBuffers(readAheadBytes: 64_000_000)
        let slices = (0..<150).map { number in
            var buffer = buffers.take(atLeast: 10)
            #expect(buffer.readableBytes == 0)
            buffer.writeInteger(number)
            buffers.give(buffer)
            return buffer.slice()
        }
        let numbers = slices.map { $0.getInteger(at: 0, as: Int.self) }
        #expect(numbers == (0..<150).map { $0 })
    }

    @Test("has room for requests of any size")
    func large() {
        var buffers = RequestBuffers(readAheadBytes: 1)
        let buffer = buffers.take(atLeast: 3_000_000)
        #expect(buffer.writableBytes >= 3_000_000)
    }
}
