package import Foundation
import GRDB
import Synchronization

/// Every job there has been: SQLite with a write-ahead log, one transaction an event.
///
/// The functions wait for the disk: call them away from the main actor.
package final class History: Sendable {
    /// Where a damaged file was moved.
    private let damagedFile: String?
    /// Drafts that were found again after that.
    private let foundCount = Mutex(0)
    /// Where jobs have their folders.
    package let jobsFolder: URL
    let pool: DatabasePool
    /// Whose jobs are entered: a later start tells by it which were left behind.
    let process: ProcessIdentity
    /// Whether jobs that wait are the queue's, and so outlive this process.
    private let keepsQueue: Bool
    /// Whom a waiting job belongs to; nil: the queue.
    var waitingOwner: String? { keepsQueue ? nil : process.text }

    /// Opens the history, or makes it. A damaged file is moved aside and a new history begun.
    ///
    /// - Throws: ``StudioError/historyBusy(_:)``, ``StudioError/cannotWrite(_:)``.
    package init(
        paths: StudioPaths, process: ProcessIdentity = .current, keepsQueue: Bool = false
    ) throws(StudioError) {
        self.process = process
        self.keepsQueue = keepsQueue
        jobsFolder = paths.jobs
        let file = paths.historyFile
        let shown = paths.abbreviating(file)
        do {
            try FileManager.default.createDirectory(at: paths.data, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite("\(paths.abbreviating(paths.data)) cannot be made; check the permissions of its parent.")
        }
        do {
            pool = try Self.open(file)
            damagedFile = nil
        } catch {
            guard Self.meansDamage(error) else { throw Self.failure(error, shown) }
            let aside = try Self.moveAside(file)
            do {
                pool = try Self.open(file)
            } catch {
                throw Self.failure(error, shown)
            }
            damagedFile = aside
        }
        guard damagedFile != nil else { return }
        let count = adoptFolders()
        foundCount.withLock { $0 = count }
    }

    /// What the user should hear about the opening: that a damaged file was moved aside, and what was found again.
    package var notice: String? {
        guard let damagedFile else { return nil }
        let rebuilding = "\"turbo2k history rebuild FOLDER\" finds the clips of a folder."
        let found =
            switch foundCount.withLock({ $0 }) {
            case 0: ""
            case 1: " One draft was found again in its folder;"
            case let count: " \(count) drafts were found again in their folders;"
            }
        return
            "The history could not be read; it was moved to \(damagedFile) and a new one begun.\(found) \(rebuilding)"
    }

    private static func open(_ file: URL) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "history"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        let path = file.path(percentEncoded: false)
        let pool = try DatabasePool(path: path, configuration: configuration)
        try migrate(pool, path: path)
        // Touches every table's root page, so that a torn file shows now and not in the middle of a job.
        _ = try pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM (SELECT id FROM job LIMIT 1)") }
        return pool
    }

    /// Brings the tables to the newest version. One program at a time: each looks what is missing before it begins, so two
    /// would do it twice.
    private static func migrate(_ pool: DatabasePool, path: String) throws {
        let migrator = HistorySchema.migrator
        if try pool.read(migrator.hasCompletedMigrations) { return }
        let lock = FileLock(path: path + ".lock")
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

    private static func meansDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
    }

    /// Renames the database and its log; the first free number is taken.
    private static func moveAside(_ file: URL) throws(StudioError) -> String {
        let manager = FileManager.default
        let path = file.path(percentEncoded: false)
        var number = 1
        while manager.fileExists(atPath: "\(path).bad-\(number)") { number += 1 }
        do {
            try manager.moveItem(atPath: path, toPath: "\(path).bad-\(number)")
            for suffix in ["-wal", "-shm"] where manager.fileExists(atPath: path + suffix) {
                try manager.moveItem(atPath: path + suffix, toPath: "\(path).bad-\(number)\(suffix)")
            }
        } catch {
            throw .cannotWrite("The damaged history \(path) cannot be moved aside; check the folder's permissions.")
        }
        return "\(file.lastPathComponent).bad-\(number)"
    }

    /// A database error as a sentence.
    static func failure(_ error: any Error, _ shown: String) -> StudioError {
        guard let error = error as? DatabaseError else {
            return .cannotWrite("The history \(shown) cannot be used: \(error).")
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return .historyBusy("Another program holds the history \(shown); close it or try again.")
        case .SQLITE_FULL:
            return .cannotWrite("The disk is full: the history \(shown) cannot be written; free some space.")
        default:
            let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
            return .cannotWrite("The history \(shown) cannot be used: \(reason).")
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StudioError) -> Value {
        do {
            return try pool.read(body)
        } catch {
            throw (error as? StudioError) ?? Self.failure(error, "history.db")
        }
    }

    /// One transaction.
    @discardableResult
    func write<Value>(_ body: (Database) throws -> Value) throws(StudioError) -> Value {
        do {
            return try pool.write(body)
        } catch {
            throw (error as? StudioError) ?? Self.failure(error, "history.db")
        }
    }

    /// What SQLite itself says about the file: `ok`, or what is wrong.
    package func integrity() throws(StudioError) -> String {
        try read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "no answer" }
    }
}
