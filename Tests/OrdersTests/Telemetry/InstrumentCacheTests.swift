import Synchronization
import Testing

@testable import Orders

@Suite("Instrument cache")
struct InstrumentCacheTests {
    private struct Key: MetricDimensions {
        let number: Int
        var dimensions: [(String, String)] { [("number", "\(number)")] }
    }

    @Test("makes an instrument once for each key, and one for all past the bound")
    func bound() {
        let made = Mutex<[String]>([])
        let cache = InstrumentCache<Key, String>(capacity: 2) { dimensions in
            let name = dimensions.map { "\($0)=\($1)" }.joined()
            made.withLock { $0.append(name) }
            return name
        }
        let names = [1, 2, 1, 3, 4, 2].map { cache[Key(number: $0)] }
        let overflow = "otel.metric.overflow=true"
        #expect(names == ["number=1", "number=2", "number=1", overflow, overflow, "number=2"])
        #expect(made.withLock { $0 } == [overflow, "number=1", "number=2"])
    }
}
