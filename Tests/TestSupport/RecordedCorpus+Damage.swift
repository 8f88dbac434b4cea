import Foundation
import GRDB

extension RecordedCorpus {
    /// Zeroes the bytes of the first block only.
    /// - Returns: how many export requests it holds.
    public func damageFirstBlock() throws -> Int {
        try damageBlock("min")
    }

    /// Zeroes the bytes of the last block only.
    /// - Returns: how many export requests it holds.
    public func damageLastBlock() throws -> Int {
        try damageBlock("max")
    }

    private func damageBlock(_ end: String) throws -> Int {
        let place = "first_request = (SELECT \(end)(first_request) FROM blocks)"
        return try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: "UPDATE blocks SET data = zeroblob(length(data)) WHERE \(place)"
            )
            return try Int.fetchOne(
                database,
                sql: "SELECT request_count FROM blocks WHERE \(place)"
            ) ?? 0
        }
    }

    /// Zeroes the bytes of every block, so that none matches its checksum.
    public func damageBlocks() throws {
        try execute("UPDATE blocks SET data = zeroblob(length(data))")
    }

    /// Flips one bit of the first block's data where it lies in the file.
    public func flipBlockBit() throws {
        let beginning = try DatabaseQueue(path: path).read {
            try Data.fetchOne($0, sql: "SELECT substr(data, 1, 64) FROM blocks ORDER BY id")
        }
        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let beginning, let place = file.range(of: beginning) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        file[place.upperBound - 1] ^= 0x10
        try file.write(to: URL(fileURLWithPath: path))
    }

    /// Cuts the file's second half off.
    public func truncate() throws {
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        try file.prefix(file.count / 2).write(to: URL(fileURLWithPath: path))
    }

    /// Has the file say that it is of a format to come.
    public func makeNewer() throws {
        try execute("PRAGMA user_version = 99")
    }

    private func execute(_ sql: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }
}
