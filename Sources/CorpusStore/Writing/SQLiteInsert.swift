import GRDB
import GRDBSQLite
import OTLP

/// A statement that adds rows of one table, its values bound one by one: GRDB's own arguments box
/// each value, which costs more than the row itself.
struct SQLiteInsert {
    private let database: Database
    // Keeps the handle below alive.
    private let statement: Statement
    private let handle: SQLiteStatement
    private var column: Int32 = 0

    /// A statement for use within the present access to the database.
    init(_ sql: String, in database: Database) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// Binds the next value.
    mutating func bind(_ value: Int64) {
        column += 1
        sqlite3_bind_int64(handle, column, value)
    }

    /// Binds the next value.
    mutating func bind(_ value: Double) {
        column += 1
        sqlite3_bind_double(handle, column, value)
    }

    /// Binds the next value.
    mutating func bindNull() {
        column += 1
        sqlite3_bind_null(handle, column)
    }

    /// Binds the next value; the bytes must stay until ``insert()``.
    mutating func bind(blob bytes: UnsafeRawBufferPointer) {
        column += 1
        if let base = bytes.baseAddress {
            sqlite3_bind_blob64(handle, column, base, UInt64(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(handle, column, 0)
        }
    }

    /// Binds the next value as a blob of 8 bytes, of which SQLite takes a copy, or null.
    mutating func bind(id: SpanID?) {
        column += 1
        guard let id else {
            sqlite3_bind_null(handle, column)
            return
        }
        withUnsafeBytes(of: id.word) {
            // -1 is SQLITE_TRANSIENT, which the importer of C macros can't take.
            let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            _ = sqlite3_bind_blob(handle, column, $0.baseAddress, 8, copied)
        }
    }

    /// Adds the row.
    /// - Returns: whether it was added; false where a row with its key exists already.
    /// - Throws: `DatabaseError`.
    mutating func insert() throws -> Bool {
        column = 0
        let code = sqlite3_step(handle)
        let reset = sqlite3_reset(handle)
        if code == SQLITE_DONE { return true }
        if reset & 0xff == SQLITE_CONSTRAINT { return false }
        throw DatabaseError(
            resultCode: ResultCode(rawValue: reset),
            message: database.lastErrorMessage,
            sql: statement.sql
        )
    }
}
