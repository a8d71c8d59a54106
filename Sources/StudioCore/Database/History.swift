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
    private let file: URL
    private let connection: Mutex<HistoryConnection>
    /// Whose jobs are entered: a later start tells by it which were left behind.
    let process: ProcessIdentity
    /// Whether jobs that wait are the queue's, and so outlive this process.
    private let keepsQueue: Bool
    /// Whom a waiting job belongs to; nil: the queue.
    var waitingOwner: String? { keepsQueue ? nil : process.text }

    /// Opens the history, or makes it. A damaged file is moved aside and a new history begun.
    ///
    /// `patience` is how long another program that writes or updates the history is waited for. With `allowsReadOnly` it is
    /// opened for reading alone where that is not long enough; ``becomeWritable()`` tries again.
    ///
    /// - Throws: ``StudioError/historyBusy(_:)``, ``StudioError/cannotWrite(_:)``.
    package init(
        paths: StudioPaths, process: ProcessIdentity = .current, keepsQueue: Bool = false,
        patience: Duration = .seconds(5), allowsReadOnly: Bool = false
    ) throws(StudioError) {
        self.process = process
        self.keepsQueue = keepsQueue
        jobsFolder = paths.jobs
        file = paths.historyFile
        let (file, shown) = (file, paths.abbreviating(file))
        do {
            try FileManager.default.createDirectory(at: paths.data, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite("\(paths.abbreviating(paths.data)) cannot be made; check the permissions of its parent.")
        }
        var aside: String?
        let opened: HistoryConnection
        do {
            opened = try HistoryConnection.open(file, patience: patience)
        } catch {
            do {
                if allowsReadOnly, HistoryConnection.meansBusy(error) {
                    opened = try HistoryConnection.openForReading(file)
                } else {
                    guard HistoryConnection.meansDamage(error) else { throw error }
                    aside = try Self.moveAside(file)
                    opened = try HistoryConnection.open(file, patience: patience)
                }
            } catch {
                throw (error as? StudioError) ?? Self.failure(error, shown)
            }
        }
        connection = Mutex(opened)
        damagedFile = aside
        guard aside != nil else { return }
        let count = adoptFolders()
        foundCount.withLock { $0 = count }
    }

    /// Whether another program was writing or updating the history when this one opened it: nothing is written then.
    package var isReadOnly: Bool { connection.withLock { $0.isReadOnly } }

    /// Tries, without waiting, whether the program that kept this one from writing is done.
    ///
    /// - Returns: whether the history is written from here on.
    package func becomeWritable() -> Bool {
        guard isReadOnly else { return true }
        // Whatever is the matter, the history goes on being read; the next try tells.
        guard let opened = try? HistoryConnection.open(file, patience: .zero) else { return false }
        connection.withLock { $0 = opened }
        return true
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
        if HistoryConnection.meansBusy(error) {
            return .historyBusy("Another program holds the history \(shown); close it or try again.")
        }
        guard let error = error as? DatabaseError else {
            return .cannotWrite("The history \(shown) cannot be used: \(error).")
        }
        switch error.resultCode {
        case .SQLITE_FULL:
            return .cannotWrite("The disk is full: the history \(shown) cannot be written; free some space.")
        default:
            let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
            return .cannotWrite("The history \(shown) cannot be used: \(reason).")
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StudioError) -> Value {
        let writer = connection.withLock { $0.writer }
        do {
            return try writer.read(body)
        } catch {
            throw (error as? StudioError) ?? Self.failure(error, "history.db")
        }
    }

    /// One transaction.
    @discardableResult
    func write<Value>(_ body: (Database) throws -> Value) throws(StudioError) -> Value {
        let connection = connection.withLock { $0 }
        guard !connection.isReadOnly else { throw .historyBusy(Self.readOnlySentence) }
        do {
            return try connection.writer.write(body)
        } catch {
            throw (error as? StudioError) ?? Self.failure(error, "history.db")
        }
    }

    /// Why nothing is written.
    package static let readOnlySentence =
        "Another program is updating the history, so it can only be read here; wait until that program is done, or end it."

    /// What SQLite itself says about the file: `ok`, or what is wrong.
    package func integrity() throws(StudioError) -> String {
        try read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "no answer" }
    }
}
