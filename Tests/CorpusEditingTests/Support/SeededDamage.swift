import Foundation
import GRDB
import TestSupport

/// Changes to a file that depend on nothing but a seed.
struct SeededDamage {
    private let path: String
    private var file: [UInt8]
    private var random: SeededGenerator
    /// The bytes that may be others than before.
    private(set) var touched = Bytes()

    /// Places in a file.
    struct Bytes {
        var ranges: [Range<Int>] = []

        func overlaps(_ other: Bytes) -> Bool {
            ranges.contains { range in other.ranges.contains { $0.overlaps(range) } }
        }
    }

    init(_ path: String, seed: UInt64) throws {
        self.path = path
        file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        random = SeededGenerator(seed: seed)
    }

    /// Does one to four damages, and writes the file.
    mutating func apply() throws {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                for _ in 0..<30 {
                    let place = Int.random(in: 0..<file.count, using: &random)
                    file[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    touched.ranges.append(place..<(place + 1))
                }
            case 1:
                let page = Int.random(in: 0..<(file.count / 8_192), using: &random) * 8_192
                overwrite(page..<min(file.count, page + 3 * 8_192))
            case 2: overwrite(0..<100)
            default:
                let length = Int.random(in: (file.count / 2)..<file.count, using: &random)
                touched.ranges.append(length..<Int.max)
                file.removeSubrange(length...)
            }
        }
        try Data(file).write(to: URL(fileURLWithPath: path))
    }

    private mutating func overwrite(_ range: Range<Int>) {
        for place in range { file[place] = 0 }
        touched.ranges.append(range)
    }

    /// Writes bytes over a file's.
    static func overwrite(_ path: String, at offset: UInt64, with bytes: [UInt8]) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }
}

/// Where a block stands, as SQLite itself tells it.
struct BlockPages {
    /// The numbers of its export requests.
    let numbers: [Int]
    /// The pages that it is on.
    let bytes: SeededDamage.Bytes

    /// Those of a corpus's blocks.
    static func all(in path: String) throws -> [BlockPages] {
        let database = try DatabaseQueue(path: path)
        defer { try? database.close() }
        return try database.read { database in
            let blocks = try Row.fetchAll(
                database,
                sql: "SELECT first_request, request_count FROM blocks ORDER BY id"
            )
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT path, pageno, pagetype, ncell FROM dbstat
                    WHERE name = 'blocks' ORDER BY path
                    """
            )
            var pages: [[Int]] = []
            var rowOfCell: [String: Int] = [:]
            for row in rows where row["pagetype"] == "leaf" {
                let (path, cells): (String, Int) = (row["path"], row["ncell"])
                for cell in 0..<cells {
                    let digits = String(cell, radix: 16)
                    let padding = String(repeating: "0", count: max(0, 3 - digits.count))
                    rowOfCell[path + padding + digits] = pages.count
                    pages.append([row["pageno"]])
                }
            }
            for row in rows where row["pagetype"] == "overflow" {
                let path: String = row["path"]
                guard let cell = path.split(separator: "+").first.flatMap({ rowOfCell[String($0)] })
                else { continue }
                pages[cell].append(row["pageno"])
            }
            return zip(blocks, pages).map { block, pages in
                let (first, count): (Int, Int) = (block["first_request"], block["request_count"])
                return BlockPages(
                    numbers: Array(first..<(first + count)),
                    bytes: .init(ranges: pages.map { (($0 - 1) * 8_192)..<($0 * 8_192) })
                )
            }
        }
    }
}
