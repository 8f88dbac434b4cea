import Testing

@testable import CorpusStore

@Suite("Name cache")
struct NameCacheTests {
    private func row(_ name: String, _ scope: NameCache.Scope, in cache: NameCache) -> Int64? {
        Array(name.utf8).withUnsafeBytes { cache.row(of: $0, in: scope) }
    }

    private func remember(
        _ name: String,
        _ scope: NameCache.Scope,
        row: Int64,
        in cache: inout NameCache
    ) {
        Array(name.utf8).withUnsafeBytes { cache.remember($0, in: scope, row: row) }
    }

    @Test("finds each name of thousands in its own scope")
    func finding() {
        var cache = NameCache()
        for number in 0..<5_000 {
            let scope = NameCache.Scope(table: 1, owner: Int64(number % 3))
            remember("name \(number)", scope, row: Int64(number), in: &cache)
        }
        let found = (0..<5_000).filter { number in
            row("name \(number)", .init(table: 1, owner: Int64(number % 3)), in: cache)
                == Int64(number)
        }
        #expect(found.count == 5_000)
        #expect(row("name 1", .init(table: 2, owner: 1), in: cache) == nil)
        #expect(row("name 1", .init(table: 1, owner: 2), in: cache) == nil)
        #expect(row("name 5000", .init(table: 1, owner: 2), in: cache) == nil)
        #expect(row("", .init(table: 1), in: cache) == nil)
    }

    @Test("forgets everything rather than grow past its bound")
    func bound() {
        var cache = NameCache()
        for number in 0..<50_001 {
            remember("\(number)", .init(table: 1), row: Int64(number), in: &cache)
        }
        #expect(row("0", .init(table: 1), in: cache) == nil)
        #expect(row("50000", .init(table: 1), in: cache) == 50_000)
    }
}
