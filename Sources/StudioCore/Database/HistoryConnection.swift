import Foundation
import GRDB
import Synchronization

/// The open database: the file itself, or a copy in memory where another program is in the middle of updating it.
struct HistoryConnection: Sendable {
    let writer: any DatabaseWriter
    let isReadOnly: Bool

    /// How long a transaction waits for those of other programs.
    private static let writePatience = Duration.seconds(5)
    private static let busyPause = Duration.milliseconds(10)

    /// Opens the file for reading and writing, and brings its tables to the newest version.
    ///
    /// - Throws: a busy error where another program holds the history for longer than `patience`.
    static func open(_ file: URL, patience: Duration) throws -> HistoryConnection {
        // The patience of the opening; later on that of a transaction.
        let limit = Limit(patience)
        let path = file.path(percentEncoded: false)
        let pool = try DatabasePool(path: path, configuration: configuration(limit))
        try migrate(pool, path: path, patience: patience)
        // Touches every table's root page, so that a torn file shows now and not in the middle of a job.
        _ = try pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM (SELECT id FROM job LIMIT 1)") }
        // Whether it can be written shows now too.
        try pool.writeWithoutTransaction { try $0.inTransaction(.immediate) { .commit } }
        limit.value.withLock { $0 = writePatience }
        return HistoryConnection(writer: pool, isReadOnly: false)
    }

    /// Opens what can be read while another program writes.
    ///
    /// - Throws: where that program keeps everybody out.
    static func openForReading(_ file: URL) throws -> HistoryConnection {
        var configuration = configuration(Limit(writePatience))
        configuration.readonly = true
        let source = try DatabaseQueue(path: file.path(percentEncoded: false), configuration: configuration)
        // A program that updates the tables has not done it yet: a copy can be brought to the version that is read here.
        let copy = try DatabaseQueue()
        try source.backup(to: copy)
        try HistorySchema.migrator.migrate(copy)
        return HistoryConnection(writer: copy, isReadOnly: true)
    }

    private final class Limit: Sendable {
        let value: Mutex<Duration>

        init(_ limit: Duration) { value = Mutex(limit) }
    }

    private static func configuration(_ limit: Limit) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .callback { tries in
            guard busyPause * tries < limit.value.withLock({ $0 }) else { return false }
            usleep(10_000)
            return true
        }
        configuration.label = "history"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        return configuration
    }

    /// One program at a time: each looks what is missing before it begins, so two would do it twice.
    private static func migrate(_ pool: DatabasePool, path: String, patience: Duration) throws {
        let migrator = HistorySchema.migrator
        if try pool.read(migrator.hasCompletedMigrations) { return }
        let lock = try FileLock(path: path + ".lock", patience: patience)
        defer { lock?.release() }
        let applied = try pool.read(migrator.appliedIdentifiers)
        let isCurrent = try pool.read(migrator.hasCompletedMigrations)
        if !isCurrent, let last = applied.sorted().last {
            try keepCopy(of: pool, at: path + ".before-after-\(last)")
        }
        try migrator.migrate(pool)
    }

    private static func keepCopy(of pool: DatabasePool, at path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
    }

    static func meansDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
    }

    static func meansBusy(_ error: any Error) -> Bool {
        if error is FileLock.Held { return true }
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode)
    }
}
